import { LRUCache } from 'lru-cache'

/** How many users. */
const MAX = 1_000

/** Users whose records cannot be read or written here: their revocations are left alone for a while, and keep nobody else's waiting. */
export class SetAside {
  readonly #users = new LRUCache<string, true>({ max: MAX, ttl: 1 })

  get size(): number {
    this.#users.purgeStale()
    return this.#users.size
  }

  add(userId: string, ttl: number): void {
    this.#users.set(userId, true, { ttl })
  }

  has(userId: string): boolean {
    return this.#users.has(userId)
  }
}
