import { createServer } from 'node:http'
import {
  type ChatTokens,
  createChatTokens,
  external,
  memoryStore,
  type Mint,
  type Mode,
  type TokenStore,
} from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import { type AuthService, type AuthServiceOptions, createAuthService, createVerifier } from '@imkit-auth/auth-service'
import { authServiceListener } from '@imkit-auth/auth-service/node'
import { listening } from '@imkit-auth/testkit'
import { onTestFinished } from 'vitest'

export const SECRET = 'a-secret-for-tests-of-32-bytes-at-least'
export const AMY = { id: 'amy', nickname: 'Amy', avatarUrl: 'https://img.example/amy' }
export const mint: Mint = jwtMinter({ secret: SECRET, ttl: 3_600 })

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // What the service answers is JSON; tests look at what they expect there.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any
}

export interface RunningTestService {
  readonly service: AuthService
  readonly events: readonly object[]
  readonly url: string
  readonly call: (method: string, path: string, init?: RequestInit) => Promise<Reply>
  readonly post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Reply>
  readonly verify: (token: unknown) => Promise<Reply>
}

/** Tokens that a login mints, on a store that others may share. */
export function minting(store: TokenStore = memoryStore(), mode: Mode = external({ mint })): ChatTokens {
  const tokens = createChatTokens({ serverUrl: 'https://app.imkit.io', mode, store, logger: { warn() {} } })
  onTestFinished(async () => void (await tokens.close({ withinMs: 0 })))
  return tokens
}

/** A service on a port of its own, and what it told of itself. */
export async function serviceOf(options: AuthServiceOptions): Promise<RunningTestService> {
  const events: object[] = []
  const service = createAuthService({ onEvent: (event) => void events.push(event), ...options })
  const { url, close } = await listening(createServer(authServiceListener(service)).listen(0, '127.0.0.1'))
  onTestFinished(async () => void (await close()))
  const call: RunningTestService['call'] = async (method, path, init = {}) => {
    const response = await fetch(url + path, { method, ...init })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === '' ? undefined : JSON.parse(text),
    }
  }
  const post: RunningTestService['post'] = (path, body, headers = {}) =>
    call('POST', path, {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  return { service, events, url, call, post, verify: (token: unknown) => post('/verify', { token }) }
}

/** The usual case: minted tokens, and a service that verifies them. */
export async function central(
  options: Partial<AuthServiceOptions> = {},
): Promise<RunningTestService & { readonly tokens: ChatTokens }> {
  const tokens = minting()
  const verifier = createVerifier({ tokens, keys: [{ secret: SECRET }] })
  return { tokens, ...(await serviceOf({ verifier, ...options })) }
}
