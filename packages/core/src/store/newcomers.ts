import { LRUCache } from 'lru-cache'
import { UserRecord } from './user-record.js'

/** How many are remembered, and for how long, in ms. */
const REMEMBERED = { max: 1_000, ttl: 10_000 }

/**
 * Users of whom nothing is written. Asking for one writes nothing either: the epoch that they are told first is kept here for
 * the login that may follow, and another one does no harm but that it has to read again.
 */
export class Newcomers {
  readonly #epochs = new LRUCache<string, number>(REMEMBERED)

  /** The user's first record. */
  record(userId: string, newest: number): UserRecord {
    const epoch = this.#epochs.get(userId) ?? Math.floor(newest)
    this.#epochs.set(userId, epoch, { noUpdateTTL: true })
    const record = new UserRecord(epoch)
    record.fresh = true
    return record
  }

  /** Something was written of the user. */
  forget(userId: string): void {
    this.#epochs.delete(userId)
  }
}
