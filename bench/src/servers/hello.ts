import type { ChatCredentials, ChatTokens } from '@imkit-auth/core'
import { LRUCache } from 'lru-cache'
import { HELLO_USERS } from './hello-users.js'

/** What the same route stands behind: the binding, or what an app could write itself. */
export type Kind = 'binding' | 'lru'

export const kind: Kind = process.argv[2] === 'binding' ? 'binding' : 'lru'

/** The same credentials in a cache of the app's own. */
export async function ownCache(tokens: ChatTokens): Promise<LRUCache<string, ChatCredentials>> {
  const cache = new LRUCache<string, ChatCredentials>({ max: HELLO_USERS.length })
  for (const user of HELLO_USERS) cache.set(user.id, await tokens.provision(user))
  return cache
}

/** The answer of the route. Nobody is greeted without a token. */
export function greeting(chat: ChatCredentials | null | undefined): object {
  if (!chat) throw new Error('nobody has logged in')
  return { hello: chat.userId, chatUntil: chat.expirationDate }
}
