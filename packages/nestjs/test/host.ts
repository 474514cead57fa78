import { type ChatTokens, type ChatTokensOptions, createChatTokens, issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { type ChatRequest, ImkitChatModule, type ImkitChatModuleOptions } from '@imkit-auth/nestjs'
import type { DynamicModule, INestApplication, LoggerService, NestApplicationOptions, Type } from '@nestjs/common'
import { onTestFinished } from 'vitest'
import { AppModule, FeatureModule, listen } from './app.js'

/** An emulator that ends with the test, and the options that point at it. */
export async function chatServer(): Promise<{ emulator: Emulator; options: ChatTokensOptions }> {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const { url: serverUrl, apiKey, clientKey, now } = emulator
  return { emulator, options: { serverUrl, apiKey, clientKey, mode: issue(), now } }
}

/** Tokens that the test owns. */
export function tokensOf(options: ChatTokensOptions): ChatTokens {
  const tokens = createChatTokens(options)
  onTestFinished(async () => void (await tokens.close({ withinMs: 0 })))
  return tokens
}

/** In these apps a header logs somebody in. */
export function headerUser({ headers }: ChatRequest) {
  const id = headers['x-user']
  return typeof id === 'string' ? { id } : undefined
}

/** Logs that can be looked at. */
export class Logs implements LoggerService {
  readonly warnings: string[] = []
  readonly errors: unknown[] = []
  log(): void {}
  warn(message: string): void {
    this.warnings.push(message)
  }
  error(message: unknown): void {
    this.errors.push(message)
  }
}

interface HostOptions extends NestApplicationOptions {
  readonly controllers?: Type<unknown>[]
  readonly prepare?: (app: INestApplication) => unknown
}

export interface Host {
  readonly app: INestApplication
  readonly logs: Logs
  readonly close: () => Promise<unknown>
  /** The status, the headers, and the body: parsed if it is JSON. */
  readonly call: (method: string, path: string, user?: string, init?: Init) => Promise<Answer>
}

interface Init {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
  readonly redirect?: 'manual'
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** Starts an app around the chat module. Its controllers are in a feature module that imports nothing of the chat's. */
export async function host(
  chat: DynamicModule,
  { controllers = [], prepare, ...rest }: HostOptions = {},
): Promise<Host> {
  const logs = new Logs()
  const feature = { module: FeatureModule, controllers }
  const { app, url, close } = await listen(
    { module: AppModule, imports: [chat, feature] },
    { logger: logs, ...rest },
    prepare,
  )
  let closed: Promise<unknown> | undefined
  const closeOnce = () => (closed ??= close())
  onTestFinished(async () => void (await closeOnce()))
  return {
    app,
    logs,
    close: closeOnce,
    call: async (method, path, user, init = {}) => {
      const headers = { ...(user === undefined ? {} : { 'x-user': user }), ...init.headers }
      const response = await fetch(url + path, { ...init, method, headers })
      const text = await response.text()
      const json = response.headers.get('content-type')?.includes('json')
      return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text }
    },
  }
}

/** The usual case: these controllers, tokens of an emulator, users known by a header. */
export async function headerHost(
  controllers: Type<unknown>[],
  more: Partial<Pick<ImkitChatModuleOptions, 'identify' | 'session' | 'onUnavailable'>> = {},
  rest: HostOptions = {},
): Promise<Host & { emulator: Emulator; tokens: ChatTokens }> {
  const { emulator, options } = await chatServer()
  const tokens = tokensOf(options)
  const chat = ImkitChatModule.forRoot({ tokens, identify: headerUser, ...more })
  return { emulator, tokens, ...(await host(chat, { controllers, ...rest })) }
}

/** The live tokens that the chat server has for a user. */
export function liveTokens(emulator: Emulator, userId: string): readonly unknown[] {
  return emulator.clients().find(({ _id }) => _id === userId)?.tokens ?? []
}
