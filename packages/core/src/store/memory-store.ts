import { forgetSpace, noteSpace } from './apart-in-memory.js'
import { MemoryBudget } from './memory-budget.js'
import { MemoryRecords } from './memory-records.js'
import { TokenSpace } from './token-space.js'
import type { TokenStore } from './token-store.js'

export interface MemoryStoreOptions {
  /**
   * How many users are remembered at most. The least recently seen user without anything pending is forgotten first; a
   * logout of a forgotten user revokes all their tokens. With `external({ mint })` their tokens are refused, and their pages
   * fetch new ones: let it hold everybody who is online. With tokens of 300 characters, about 0.5 KB each.
   * @default 50_000
   */
  readonly maxUsers?: number
}

/**
 * Keeps tokens in this process: the right store for one process, and for development. Revocations that have not been
 * confirmed are lost when the process crashes, which `revoke` says by answering `volatile`.
 *
 * @throws TypeError when `maxUsers` is not a positive integer.
 * @example
 * const tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), store: memoryStore({ maxUsers: 10_000 }) })
 */
export function memoryStore({ maxUsers = 50_000 }: MemoryStoreOptions = {}): TokenStore {
  if (!Number.isSafeInteger(maxUsers) || maxUsers < 1) throw new TypeError('maxUsers must be a positive integer')
  const spaces = new Map<string, MemoryRecords>()
  const budgets = new Map<string, MemoryBudget>()
  return {
    open: ({ server, namespace, now, listener }) => {
      // A server's URL holds no spaces.
      const name = `${server} ${namespace}`
      const records = once(spaces, name, () => new MemoryRecords(maxUsers, now, () => forgetSpace(name, records)))
      records.opened()
      noteSpace(name, records, (message) => listener.warn(message))
      return new TokenSpace(records, now)
    },
    budget: ({ server, perMinute, now }) => once(budgets, server, () => new MemoryBudget(perMinute, now)),
  }
}

function once<T>(made: Map<string, T>, name: string, make: () => T): T {
  const value = made.get(name) ?? make()
  made.set(name, value)
  return value
}
