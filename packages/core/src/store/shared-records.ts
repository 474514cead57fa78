import { setTimeout as sleep } from 'node:timers/promises'
import { ChatTokenError } from '../errors.js'
import * as lifeCycle from './life-cycle.js'
import type { GuardedDriver } from './guarded.js'
import { type LateLogout, LateLogouts } from './late-logouts.js'
import type { DueAnswers, LogoutStep, Readable, Records, Step, StepPurpose } from './records.js'
import type { RowCodec } from './row-codec.js'
import { versionAfter } from './row-version.js'
import { join, type Seen, SeenRows } from './seen-rows.js'
import { SetAside } from './set-aside.js'
import type { LoggedOut, Revocation, StoreListener } from './token-store.js'
import type { UserRecord } from './user-record.js'
import { type Job, WriteQueue } from './write-queue.js'

/** How far the time of a step may be behind the database's clock, in ms: more is a clock that was set. */
const BEHIND = 1_000
/** More conflicts in a row are a driver that does not compare; one about the clock counts as so many. */
const MAX_TRIES = 1_000
const CLOCK_TRY = 100
/** Waits between tries to take back a step whose answer was lost, in ms. */
const UNDO_AFTER = [500, 1_000, 2_000, 4_000]
/** How often logouts that came late are tried again, in ms. */
const LATE_AGAIN = 1_000
/** The earliest next look when those who are said to be due have nothing that is. In ms. */
const LOOK_AGAIN = 1_000
/** How long a user's revocations are left alone whose record cannot be read here, or whose database failed, in ms. */
const ASIDE = { foreign: 60_000, failed: 5_000 }
/** How far a clock goes back before it counts as set, in ms. */
const SET_BACK = 5_000

export interface SharedRecordsOptions {
  readonly driver: GuardedDriver
  readonly codec: RowCodec
  readonly listener: StoreListener
  /** The app's clock where it brought one; `undefined`: the database's. */
  readonly ownClock: (() => number) | undefined
  /** How long a write may take, in ms. */
  readonly timeout: number
  readonly onClose: () => Promise<void>
}

/**
 * The records as rows of a database that many processes share. A step runs here, on a row as it was seen, and counts if nobody has
 * written in between: the swap is what is atomic. What a step answers without writing anything it answers of a row that was
 * loaded for it.
 */
export class SharedRecords implements Records {
  readonly isShared = true
  readonly #options: SharedRecordsOptions
  readonly #driver: GuardedDriver
  readonly #rows: SeenRows
  readonly #queue = new WriteQueue((userId, jobs, more) => this.#swap(userId, jobs, more))
  readonly #aside = new SetAside()
  readonly #late: LateLogouts
  #lateTimer: NodeJS.Timeout | undefined
  #lastLook = 0

  constructor(options: SharedRecordsOptions) {
    this.#options = options
    this.#driver = options.driver
    this.#rows = new SeenRows(options.codec, options.listener)
    this.#late = new LateLogouts((userId, logouts) => this.#sendLate(userId, logouts))
  }

  async read(userId: string): Promise<Readable> {
    const late = this.#late.done(userId)
    if (late) await late
    const seen = await this.#load(userId)
    if (!seen.isRepaired) return this.#rows.recordOf(userId, seen, this.#now())
    // So that everybody says the same of the user.
    await this.#queue.run(userId, { step: () => {} })
    return this.#rows.recordOf(userId, await this.#load(userId), this.#now())
  }

  async change<T>(userId: string, step: Step<T>, purpose: StepPurpose<T> = {}): Promise<T> {
    const late = this.#late.done(userId)
    if (late) await late
    const { leadsTo, undo } = purpose
    let answer: { readonly value: T } | undefined
    let ahead: Promise<(() => void) | undefined> | undefined
    const beforeSend = (value: T) => {
      answer = { value }
      if (leadsTo?.if(value)) ahead ??= this.#driver.takeAhead(leadsTo.purpose)
    }
    try {
      const value = await this.#queue.run(userId, { step, beforeSend })
      await giveBackUnless(leadsTo?.if(value) ?? true, ahead)
      return value
    } catch (error) {
      void giveBackUnless(false, ahead)
      const undoing = answer && undo?.(answer.value)
      if (undoing) void this.#undo(userId, undoing)
      throw error
    }
  }

  async logOut(
    userId: string,
    { name, claimForMs }: { name: string; claimForMs: number },
    step: LogoutStep,
  ): Promise<LoggedOut | 'later'> {
    const claimed = new Map<string, Revocation>()
    const askedAt = performance.now()
    let durable = true
    let ahead: Promise<(() => void) | undefined> | undefined
    try {
      const late = this.#late.done(userId)
      if (late) await late
      const done = await this.#queue.run<LoggedOut>(userId, {
        step: (record, now) => step(record, now, Infinity, claimForMs),
        confirm: true,
        beforeSend: (answer) => {
          for (const revocation of answer.claimed) claimed.set(`${revocation.id} ${revocation.fence}`, revocation)
          if (answer.claimed.length > 0) ahead ??= this.#driver.takeAhead('revocation')
        },
        onDone: (survives) => (durable = survives),
      })
      await giveBackUnless(done.claimed.length > 0, ahead)
      return { ...done, durable }
    } catch (error) {
      void giveBackUnless(false, ahead)
      if (!this.#late.keep(userId, name, { step, askedAt, claimed: [...claimed.values()] })) throw error
      this.#tryLateAgain()
      return 'later'
    }
  }

  async changeDue<T>(limit: number, step: (userId: string) => Step<readonly T[]>): Promise<DueAnswers<T>> {
    const now = this.#now()
    if (now < this.#lastLook - SET_BACK) await this.#lookAtAll()
    this.#lastLook = now
    const { userIds, nextInMs } = await this.#driver.due({ now, limit: limit + this.#aside.size })
    const due = userIds.filter((userId) => !this.#aside.has(userId))
    const answers: T[] = []
    while (due.length > 0 && answers.length < limit) {
      const some = due.splice(0, limit - answers.length)
      const changes = some.map((userId) => this.#changeDue(userId, step(userId)))
      answers.push(...(await Promise.all(changes)).flat())
    }
    const isIdle = userIds.length > 0 && answers.length === 0
    return { answers, nextInMs: isIdle && nextInMs !== undefined ? Math.max(nextInMs, LOOK_AGAIN) : nextInMs }
  }

  async *waiting(): AsyncGenerator<readonly string[]> {
    await this.#late.allDone()
    yield* this.#driver.waiting()
  }

  released(userId: string, withinMs: number): Promise<void> {
    return this.#driver.released(userId, withinMs)
  }

  listen(userId: string, wake: () => void): () => void {
    return this.#driver.listen(userId, wake)
  }

  /** The database answers again. */
  async recovered(): Promise<void> {
    await this.#late.allDone()
  }

  async close(): Promise<void> {
    await this.#late.allDone()
    const { userIds } = this.#late
    if (userIds.length > 0) {
      this.#options.listener.warn(
        `the database did not answer before the shutdown: the logouts of these users are lost, and their tokens work until they expire: ${userIds.join(', ')}`,
      )
    }
    await this.#driver.close()
    await this.#options.onClose()
  }

  #now(): number {
    return this.#options.ownClock?.() ?? this.#driver.now()
  }

  /** One user's trouble is theirs. */
  async #changeDue<T>(userId: string, step: Step<readonly T[]>): Promise<readonly T[]> {
    try {
      return await this.#queue.run(userId, { step, isDue: true })
    } catch (error) {
      const isForeign = error instanceof ChatTokenError && !error.ambiguous
      this.#aside.add(userId, isForeign ? ASIDE.foreign : ASIDE.failed)
      return []
    }
  }

  /** The clock was set back: what was due soon is due soon again. */
  async #lookAtAll(): Promise<void> {
    for await (const userIds of this.#driver.waiting()) {
      for (const userId of userIds) await this.#changeDue(userId, () => [])
    }
  }

  async #load(userId: string): Promise<Seen> {
    const before = this.#rows.get(userId)
    const row = await this.#driver.load(userId)
    return this.#rows.open(userId, row, before, this.#now())
  }

  /** ATOMIC by `driver.swap`: runs the steps on the row that was seen last, again and again until nobody has written in between. */
  async #swap(userId: string, jobs: Job[], more: () => Job[]): Promise<unknown[]> {
    let seen = this.#rows.get(userId)
    let isCurrent = false
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      if (!seen) {
        seen = await this.#load(userId)
        isCurrent = true
      }
      jobs.push(...more())
      const now = this.#now()
      const record = this.#rows.recordOf(userId, seen, now)
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
        this.#rows.wrote(userId, version, { text, changedAt: now, keepUntil })
        for (const { onDone } of jobs) onDone?.(swapped.durable)
        return answers
      }
      if (swapped.kind === 'clock') {
        tries += CLOCK_TRY
        continue
      }
      const guess: Seen = seen
      seen = this.#rows.open(userId, swapped.row, guess, now)
      isCurrent = true
    }
    this.#rows.forget(userId)
    throw new ChatTokenError('UNAVAILABLE', 'A record changes faster than it can be written. Does the driver compare, and is its clock right?')
  }

  async #sendLate(userId: string, logouts: readonly LateLogout[]): Promise<void> {
    const sentAt = performance.now()
    await this.#queue.run(userId, {
      confirm: true,
      step: (record: UserRecord, now: number) => {
        for (const { step, askedAt, claimed } of logouts) {
          for (const revocation of claimed) lifeCycle.retry(record, revocation, GIVEN_BACK, now)
          step(record, now, now - (sentAt - askedAt), 0)
        }
      },
    })
  }

  #tryLateAgain(): void {
    this.#lateTimer ??= setTimeout(() => void this.#tryLate(), LATE_AGAIN)
    this.#lateTimer.unref()
  }

  async #tryLate(): Promise<void> {
    await this.#late.allDone()
    this.#lateTimer = undefined
    if (this.#late.userIds.length > 0) this.#tryLateAgain()
  }

  /** Nobody knows whether a step was done: what undoes it does no harm when it was not. */
  async #undo(userId: string, step: Step<unknown>): Promise<void> {
    for (const ms of UNDO_AFTER) {
      await sleep(ms, undefined, { ref: false })
      try {
        this.#rows.forget(userId)
        await this.#queue.run(userId, { step })
        return
      } catch {
        // The database is still away.
      }
    }
  }
}

/** Claimed, and carried by nobody. */
const GIVEN_BACK = { delayMs: 0, holdForMs: undefined, tried: false }

async function giveBackUnless(isNeeded: boolean, ahead: Promise<(() => void) | undefined> | undefined): Promise<void> {
  const giveBack = await ahead
  if (!isNeeded) giveBack?.()
}
