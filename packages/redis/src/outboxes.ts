import type { Due } from '@imkit-auth/core'
import { type Keys, SHARDS } from './keys.js'
import type { Link } from './link.js'
import { OutboxClock } from './outbox-clock.js'
import { NEVER } from './lua/outboxes.js'
import { SCRIPTS } from './script.js'

/** The users of a shard whose revocations wait, and when the first of them is due: `NEVER` when there are none. */
interface Waiting {
  readonly shard: number
  readonly users: readonly string[]
  readonly dueAt: number
}

/** So many outboxes in one go: Redis does nothing else meanwhile. */
const MOST_AT_ONCE = 32
const EVERY_SHARD = Array.from({ length: SHARDS }, (_, shard) => shard)

/** Finds who has revocations waiting. Each shard has an outbox, which names its users by when the first of theirs is due. */
export class Outboxes {
  readonly #link: Link
  readonly #keys: Keys
  readonly #looks = new OutboxClock()

  constructor(link: Link, keys: Keys) {
    this.#link = link
    this.#keys = keys
  }

  /** A revocation of the user is due then. */
  noteDue(userId: string, dueAt: number): void {
    this.#looks.noteDue(this.#keys.shardOf(userId), dueAt)
  }

  /** Of the outboxes that are worth a look, `limit` users each. */
  async due({ now, limit }: { now: number; limit: number }): Promise<Due> {
    const shards = this.#looks.due(now)
    // Before they are asked: what a swap puts in meanwhile is noted by it.
    for (const shard of shards) this.#looks.looked(shard, now)
    const waiting = await this.#look(shards, limit).catch((error: unknown) => {
      for (const shard of shards) this.#looks.noteDue(shard, now)
      throw error
    })
    for (const { shard, dueAt } of waiting) this.#looks.noteDue(shard, dueAt)
    const due = waiting.filter(({ dueAt }) => dueAt <= now).toSorted((a, b) => a.dueAt - b.dueAt)
    const userIds = due.flatMap(({ users }) => users)
    return { userIds, nextInMs: this.#looks.nextInMs(now) }
  }

  /** Everybody whose revocations wait, some shards at a time. */
  async *everybody(): AsyncGenerator<readonly string[]> {
    for (let first = 0; first < SHARDS; first += MOST_AT_ONCE) {
      const waiting = await this.#look(EVERY_SHARD.slice(first, first + MOST_AT_ONCE), 0)
      yield waiting.flatMap(({ users }) => users)
    }
  }

  async #look(shards: readonly number[], limit: number): Promise<Waiting[]> {
    if (shards.length === 0) return []
    // In a cluster each shard is another slot.
    const groups = this.#link.commands.isCluster ? shards.map((shard) => [shard]) : [shards]
    return (await Promise.all(groups.map((group) => this.#lookAt(group, limit)))).flat()
  }

  async #lookAt(shards: readonly number[], limit: number): Promise<Waiting[]> {
    const keys = shards.map((shard) => this.#keys.outbox(shard))
    const [reply] = await this.#link.run(SCRIPTS.outboxes, keys, [limit])
    const answers = reply as [dueAt: number, users: string[]][]
    return shards.map((shard, at) => ({ shard, dueAt: answers[at]?.[0] ?? NEVER, users: answers[at]?.[1] ?? [] }))
  }
}
