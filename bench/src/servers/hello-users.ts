import type { IncomingHttpHeaders } from 'node:http'
import { type ChatTokens, createChatTokens, issue } from '@imkit-auth/core'
import { startEmulator } from '@imkit-auth/emulator'

export interface HelloUser {
  readonly id: string
  readonly nickname: string
}

export const HELLO_USERS: readonly HelloUser[] = Array.from({ length: 500 }, (_, at) => ({
  id: `user-${at}`,
  nickname: `User ${at}`,
}))

const byId = new Map(HELLO_USERS.map((user) => [user.id, user]))

/** The header in which a request tells whose it is, in place of a session. */
export const USER_HEADER = 'x-user'

/** Who is logged in: what every app knows before it thinks of a chat. */
export function visitorOf(headers: IncomingHttpHeaders): HelloUser | undefined {
  return byId.get(String(headers[USER_HEADER]))
}

/** Everybody has logged in, and the chat server is gone: only what is cached can be answered with. */
export async function loggedIn(): Promise<ChatTokens> {
  const emulator = await startEmulator()
  const { url: serverUrl, apiKey, clientKey } = emulator
  const tokens = createChatTokens({ serverUrl, apiKey, clientKey, mode: issue() })
  for (const user of HELLO_USERS) await tokens.provision(user)
  await emulator.close()
  return tokens
}
