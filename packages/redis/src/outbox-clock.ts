import { SHARDS } from './keys.js'

/** How long an outbox of which nothing is known is left alone, in ms: others may have put something in and crashed. */
const ROUND = 30_000

/** When each shard's outbox is worth a look: nobody asks 256 of them every second. Times are epoch ms. */
export class OutboxClock {
  readonly #lookAt = new Float64Array(SHARDS)

  /** The shards that are worth a look now. */
  due(now: number): number[] {
    const due: number[] = []
    // A time further away than a round can only be a clock that was set back.
    this.#lookAt.forEach((at, shard) => {
      if (at <= now || at > now + 2 * ROUND) due.push(shard)
    })
    return due
  }

  /** Something in the shard is due then: that is worth a look, if none is planned before. */
  noteDue(shard: number, dueAt: number): void {
    this.#lookAt[shard] = Math.min(this.#lookAt[shard] ?? 0, dueAt)
  }

  /** It is looked at: the next look is some time later, if nothing is due before. */
  looked(shard: number, now: number): void {
    this.#lookAt[shard] = now + ROUND * (0.75 + Math.random() / 2)
  }

  nextInMs(now: number): number {
    return Math.max(0, this.#lookAt.reduce((first, at) => Math.min(first, at), Infinity) - now)
  }
}
