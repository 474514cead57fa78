import { ChatTokenError } from '../errors.js'
import type { GuardedDriver } from './guarded.js'
import * as lifeCycle from './life-cycle.js'
import type { RowCodec } from './row-codec.js'
import { versionAfter } from './row-version.js'
import { join, type Seen, SeenRows } from './seen-rows.js'
import type { StoreListener } from './token-store.js'
import type { UserRecord } from './user-record.js'
import { type Job, WriteQueue } from './write-queue.js'

/** How far the time of a step may be behind the database's clock, in ms: more is a clock that was set. */
const BEHIND = 1_000
/** More conflicts in a row are a driver that does not compare; one about the clock counts as so many. */
const MAX_TRIES = 1_000
const CLOCK_TRY = 100

export interface RecordRowsOptions {
  readonly driver: GuardedDriver
  readonly codec: RowCodec
  readonly listener: StoreListener
  /** The app's clock where it brought one; `undefined`: the database's. */
  readonly ownClock: (() => number) | undefined
  /** How long a write may take, in ms. */
  readonly timeout: number
}

/**
 * Users' records as rows of a database. A step runs here, on a row as it was seen, and counts if nobody has written in between:
 * the swap is what is atomic. What a step answers without writing anything it answers of a row that was loaded for it.
 */
export class RecordRows {
  readonly #options: RecordRowsOptions
  readonly #driver: GuardedDriver
  readonly #seen: SeenRows
  readonly #queue = new WriteQueue((userId, jobs) => this.#swap(userId, jobs))

  constructor(options: RecordRowsOptions) {
    this.#options = options
    this.#driver = options.driver
    this.#seen = new SeenRows(options.codec, options.listener)
  }

  /** The time by which steps are taken, in epoch ms. */
  now(): number {
    return this.#options.ownClock?.() ?? this.#driver.now()
  }

  /** The user's record as it is. @throws ChatTokenError `UNAVAILABLE` when it cannot be had, or is not ours to read. */
  async read(userId: string): Promise<UserRecord> {
    const seen = await this.#load(userId)
    if (!seen.isRepaired) return this.#seen.view(userId, seen, this.now())
    // So that everybody says the same of the user.
    await this.write(userId, { step: () => {} })
    return this.#seen.view(userId, await this.#load(userId), this.now())
  }

  /** Takes a step; those that are asked for meanwhile share the next write. */
  write<T>(userId: string, job: Job<T>): Promise<T> {
    return this.#queue.run(userId, job)
  }

  async #load(userId: string): Promise<Seen> {
    const before = this.#seen.get(userId)
    const row = await this.#driver.load(userId)
    return this.#seen.open(userId, row, before, this.now())
  }

  /** ATOMIC by `driver.swap`: runs the steps on the row that was seen last, again and again until nobody has written in between. */
  async #swap(userId: string, jobs: readonly Job[]): Promise<unknown[]> {
    let seen = this.#seen.get(userId)
    let isCurrent = false
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      if (!seen) {
        seen = await this.#load(userId)
        isCurrent = true
      }
      const now = this.now()
      const record = this.#seen.recordOf(userId, seen, now)
      const before: string = seen.text ?? JSON.stringify(record)
      const hadOutbox = record.outbox.length > 0
      const wasLeased = record.isLeased(now)
      record.startStep(now, seen.changedAt)
      const answers = jobs.map(({ step }) => step(record, now))
      // Forgets what is over.
      record.isPinned(now)
      const text = JSON.stringify(record)
      const dueAt = lifeCycle.dueAt(record, now)
      const isStray = dueAt === undefined && jobs.some(({ isDue }) => isDue)
      if (text === before && !isStray && !seen.isRepaired) {
        if (isCurrent) return answers
        seen = undefined
        continue
      }
      for (const [at, { beforeSend }] of jobs.entries()) beforeSend?.(answers[at])
      const version = versionAfter(seen.version, now)
      const keepUntil = record.keepUntil(now)
      const clock = this.#driver.now()
      const swapped = await this.#driver.swap(userId, seen.version, {
        version,
        value: this.#options.codec.encode(userId, version, join(text, now)),
        now,
        keepUntil,
        dueAt: dueAt ?? (hadOutbox || isStray || seen.isRepaired ? 'none' : undefined),
        notBefore: clock - BEHIND,
        notAfter: clock + this.#options.timeout,
        released: wasLeased && !record.isLeased(now),
        confirm: jobs.some(({ confirm }) => confirm),
      })
      if (swapped.kind === 'done') {
        this.#seen.wrote(userId, version, { text, changedAt: now, keepUntil })
        for (const { onDone } of jobs) onDone?.(swapped.durable)
        return answers
      }
      if (swapped.kind === 'clock') {
        tries += CLOCK_TRY
        continue
      }
      const guess: Seen = seen
      seen = this.#seen.open(userId, swapped.row, guess, now)
      isCurrent = true
    }
    this.#seen.forget(userId)
    const message = 'A record changes faster than it can be written. Does the driver compare, and is its clock right?'
    throw new ChatTokenError('UNAVAILABLE', message, { ambiguous: true })
  }
}
