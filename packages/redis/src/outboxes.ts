import { type Keys, SHARDS } from './keys.js'
import type { Link } from './link.js'
import { OutboxClock } from './outbox-clock.js'
import { SCRIPTS } from './script.js'

/** The users of a shard whose revocations wait, and in how many ms the first of them is due. */
interface Waiting {
  readonly users: readonly string[]
  readonly dueInMs: number
}

const EVERY_SHARD = Array.from({ length: SHARDS }, (_, shard) => shard)

/** Finds who has revocations waiting. Each shard has an outbox, which names its users by when the first of theirs is due. */
export class Outboxes {
  readonly #link: Link
  readonly #keys: Keys
  readonly #clock: () => string
  readonly #looks: OutboxClock

  constructor(link: Link, keys: Keys, now: () => number, clock: () => string) {
    this.#link = link
    this.#keys = keys
    this.#clock = clock
    this.#looks = new OutboxClock(now)
  }

  /** A revocation of the user is due in so many ms. */
  noteDue(userId: string, inMs: number): void {
    this.#looks.noteDue(this.#keys.shardOf(userId), inMs)
  }

  /** Ms until an outbox is worth a look again. */
  get nextInMs(): number {
    return this.#looks.nextInMs
  }

  /** At least `limit` users whose revocations are due, if there are as many in the outboxes that are worth a look. */
  async due(limit: number): Promise<string[]> {
    const waiting = await this.#look(this.#looks.due(), limit)
    return waiting.filter(({ dueInMs }) => dueInMs <= 0).flatMap(({ users }) => users)
  }

  /** Everybody whose revocations wait. */
  async everybody(): Promise<string[]> {
    return (await this.#look(EVERY_SHARD, 0)).flatMap(({ users }) => users)
  }

  async #look(shards: readonly number[], limit: number): Promise<Waiting[]> {
    if (shards.length === 0) return []
    // In a cluster each shard is another slot.
    const groups = this.#link.isCluster ? shards.map((shard) => [shard]) : [shards]
    return (await Promise.all(groups.map((group) => this.#lookAt(group, limit)))).flat()
  }

  async #lookAt(shards: readonly number[], limit: number): Promise<Waiting[]> {
    const keys = shards.map((shard) => this.#keys.outbox(shard))
    const [reply] = await this.#link.run(SCRIPTS.outboxes, keys, [limit, this.#clock()])
    return (reply as [number, string[]][]).map(([dueInMs, users], i) => {
      const shard = shards[i]
      if (shard !== undefined) this.#looks.looked(shard, dueInMs < 0 ? undefined : dueInMs)
      return { users, dueInMs }
    })
  }
}
