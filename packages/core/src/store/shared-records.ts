import { setTimeout as sleep } from 'node:timers/promises'
import { ChatTokenError } from '../errors.js'
import * as lifeCycle from './life-cycle.js'
import type { GuardedDriver } from './guarded.js'
import { type LateLogout, LateLogouts } from './late-logouts.js'
import type { DueAnswers, LogoutStep, Readable, Records, Step, StepPurpose } from './records.js'
import { RecordRows, type RecordRowsOptions } from './record-rows.js'
import { SetAside } from './set-aside.js'
import type { LoggedOut, Revocation } from './token-store.js'
import { SET_BACK, type UserRecord } from './user-record.js'
import type { Job } from './write-queue.js'

/** Waits between tries to take back a step whose answer was lost, in ms. */
const UNDO_AFTER = [500, 1_000, 2_000, 4_000]
/** How often logouts that came late are tried again, in ms. */
const LATE_AGAIN = 1_000
/** The earliest next look when those who are said to be due have nothing that is. In ms. */
const LOOK_AGAIN = 1_000
/** How long a user's revocations are left alone whose record cannot be read here, or whose database failed, in ms. */
const ASIDE = { foreign: 60_000, failed: 5_000 }

export interface SharedRecordsOptions extends RecordRowsOptions {
  readonly onClose: () => Promise<void>
}

/** The records in a database that many processes share, and what a process does about one that does not answer. */
export class SharedRecords implements Records {
  readonly isShared = true
  readonly #options: SharedRecordsOptions
  readonly #driver: GuardedDriver
  readonly #rows: RecordRows
  readonly #aside = new SetAside()
  readonly #late: LateLogouts
  #lateTimer: NodeJS.Timeout | undefined
  #lastLook = 0

  constructor(options: SharedRecordsOptions) {
    this.#options = options
    this.#driver = options.driver
    this.#rows = new RecordRows(options)
    this.#late = new LateLogouts((userId, logouts) => this.#sendLate(userId, logouts))
  }

  async read(userId: string): Promise<Readable> {
    const late = this.#late.done(userId)
    if (late) await late
    return this.#rows.read(userId)
  }

  async change<T>(userId: string, step: Step<T>, { leadsTo, undo }: StepPurpose<T> = {}): Promise<T> {
    let answer: { readonly value: T } | undefined
    try {
      return await this.#take<T>(userId, { step, beforeSend: (value) => (answer = { value }) }, leadsTo)
    } catch (error) {
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
    const job: Job<LoggedOut> = {
      step: (record, now) => step(record, now, Infinity, claimForMs),
      confirm: true,
      beforeSend: (answer) => {
        for (const revocation of answer.claimed) claimed.set(`${revocation.id} ${revocation.fence}`, revocation)
      },
      onDone: (survives) => (durable = survives),
    }
    try {
      const done = await this.#take(userId, job, { purpose: 'revocation', if: (answer) => answer.claimed.length > 0 })
      return { ...done, durable }
    } catch (error) {
      if (!this.#late.keep(userId, name, { step, askedAt, claimed: [...claimed.values()] })) throw error
      this.#tryLateAgain()
      return 'later'
    }
  }

  async changeDue<T>(limit: number, step: (userId: string) => Step<readonly T[]>): Promise<DueAnswers<T>> {
    const now = this.#rows.now()
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

  /** After the user's late logouts. What the answer leads to is taken out of the budget beside the write, and given back if it does not. */
  async #take<T>(userId: string, job: Job<T>, leadsTo: StepPurpose<T>['leadsTo']): Promise<T> {
    const late = this.#late.done(userId)
    if (late) await late
    let ahead: Promise<(() => void) | undefined> | undefined
    const beforeSend = (value: T) => {
      job.beforeSend?.(value)
      if (leadsTo?.if(value)) ahead ??= this.#driver.takeAhead(leadsTo.purpose)
    }
    try {
      const value = await this.#rows.write(userId, { ...job, beforeSend })
      const giveBack = await ahead
      if (!leadsTo?.if(value)) giveBack?.()
      return value
    } catch (error) {
      void ahead?.then((giveBack) => giveBack?.())
      throw error
    }
  }

  /** One user's trouble is theirs. */
  async #changeDue<T>(userId: string, step: Step<readonly T[]>): Promise<readonly T[]> {
    try {
      return await this.#rows.write(userId, { step, isDue: true })
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

  async #sendLate(userId: string, logouts: readonly LateLogout[]): Promise<void> {
    await this.#rows.write(userId, {
      confirm: true,
      step: (record: UserRecord, now: number) => {
        for (const { step, askedAt, claimed } of logouts) {
          for (const revocation of claimed) lifeCycle.retry(record, revocation, GIVEN_BACK, now)
          step(record, now, now - (performance.now() - askedAt), 0)
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
        await this.#rows.write(userId, { step })
        return
      } catch {
        // The database is still away.
      }
    }
  }
}

/** Claimed, and carried by nobody. */
const GIVEN_BACK = { delayMs: 0, holdForMs: undefined, tried: false }
