import type { ChatTokens } from '@imkit-auth/core'
import type { Emulator } from '@imkit-auth/emulator'
import { ImkitChatModule, type ImkitChatModuleExtras, type ImkitChatModuleOptions } from '@imkit-auth/nestjs'
import type { INestApplication, ModuleMetadata } from '@nestjs/common'
import { expect } from 'vitest'
import { AppModule } from '../app.js'
import { chatServer, headerUser, type Host, host, tokensOf } from '../host.js'

interface Neighbours extends ModuleMetadata {
  readonly prepare?: (app: INestApplication) => unknown
}

/** An app that has other modules and global providers beside the chat's. Users are known by a header. */
export async function meet(
  { prepare = () => {}, ...neighbours }: Neighbours,
  options: Partial<ImkitChatModuleOptions> & ImkitChatModuleExtras = {},
): Promise<Host & { emulator: Emulator; tokens: ChatTokens }> {
  const server = await chatServer()
  const tokens = tokensOf(server.options)
  const chat = ImkitChatModule.forRoot({ identify: headerUser, ...options, tokens })
  const imports = [chat, ...(neighbours.imports ?? [])]
  const started = await host({ module: AppModule, ...neighbours, imports }, { prepare })
  return { emulator: server.emulator, tokens, ...started }
}

/** Credentials of this user, whatever the token. */
export function chatOf(userId: string): unknown {
  return expect.objectContaining({ userId, token: expect.any(String) })
}
