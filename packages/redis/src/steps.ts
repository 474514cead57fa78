import type { Keys } from './keys.js'
import { LateLogouts } from './late-logouts.js'
import type { Link } from './link.js'
import type { Outboxes } from './outboxes.js'
import { Reads } from './reads.js'
import { SCRIPTS } from './script.js'

interface StepReply<T> {
  readonly result: T
  /** When the first of the user's revocations is due. */
  readonly dueInMs?: number
  readonly now: number
  readonly late?: boolean
}

/** Takes steps on users' records: each is one script, and comes after the logouts that Redis has not heard of yet. */
export class Steps {
  readonly late: LateLogouts
  readonly #link: Link
  readonly #keys: Keys
  readonly #outboxes: Outboxes
  readonly #clock: () => string
  readonly #reads: Reads

  constructor(link: Link, keys: Keys, outboxes: Outboxes, clock: () => string) {
    this.#link = link
    this.#keys = keys
    this.#outboxes = outboxes
    this.#clock = clock
    this.#reads = new Reads(link, clock)
    this.late = new LateLogouts(async (userId, { step, askedAt }) => {
      await this.#run(userId, 'logout', { ...step, claimForMs: 0, agoMs: performance.now() - askedAt }, [])
    })
  }

  /** The user's record as it is. */
  async read(userId: string): Promise<string> {
    await this.late.done(userId)
    return this.#reads.read(this.#keys.record(userId))
  }

  async take<T>(userId: string, name: string, step: object): Promise<T> {
    return (await this.takeWith<T>(userId, name, step))[0]
  }

  /** As `take`, with commands sent in the same go, behind it. */
  async takeWith<T>(
    userId: string,
    name: string,
    step: object,
    ...then: readonly (readonly string[])[]
  ): Promise<readonly [result: T, ...then: unknown[]]> {
    await this.late.done(userId)
    return this.#run(userId, name, step, then)
  }

  async #run<T>(
    userId: string,
    name: string,
    step: object,
    then: readonly (readonly string[])[],
  ): Promise<readonly [result: T, ...then: unknown[]]> {
    const keys = [this.#keys.record(userId), this.#keys.outbox(this.#keys.shardOf(userId))] as const
    const args = [name, JSON.stringify(step), userId, this.#keys.released, this.#clock()]
    for (let attempt = 1; attempt <= 2; attempt++) {
      const waitsUntil = await this.#link.giveUpAt(keys[0])
      const sentAt = performance.now()
      const [reply, ...rest] = await this.#link.run(SCRIPTS.step, keys, [...args, waitsUntil], ...then)
      const { result, dueInMs, now, late } = JSON.parse(reply as string) as StepReply<T>
      this.#link.learnTime(now, sentAt)
      if (dueInMs !== undefined) this.#outboxes.noteDue(userId, dueInMs)
      if (!late) return [result, ...rest]
      // We are still here to hear it: Redis's clock was set.
    }
    throw new Error('Redis took the step for one that came too late')
  }
}
