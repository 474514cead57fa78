import { LRUCache } from 'lru-cache'
import { DueList } from './due-list.js'
import { IdleUser } from './idle-user.js'
import { LeaseWaiters } from './lease-waiters.js'
import * as lifeCycle from './life-cycle.js'
import { Newcomers } from './newcomers.js'
import type { DueAnswers, LogoutStep, Readable, Records, Step } from './records.js'
import type { LoggedOut } from './token-store.js'
import type { UserRecord } from './user-record.js'

/** In ms. */
const SWEEP_INTERVAL = 60_000

/**
 * The records in memory, live: a step is done when it returns. Of those that were used last, the least recently used may be
 * evicted; the pinned ones are kept beside them, and nothing evicts those.
 */
export class MemoryRecords implements Records {
  readonly isShared = false
  readonly #now: () => number
  readonly #recent: LRUCache<string, IdleUser | UserRecord>
  readonly #pinned = new Map<string, UserRecord>()
  /** The pinned ones that have revocations waiting. */
  readonly #outboxes = new DueList()
  readonly #waiters = new LeaseWaiters()
  readonly #newcomers = new Newcomers()
  /** Higher than every epoch of a forgotten record, so that a new record never makes an old epoch current again. */
  #epochFloor = 0
  #sweptAt: number
  #users = 0
  readonly #onUnused: () => void

  constructor(maxUsers: number, now: () => number, onUnused: () => void = () => {}) {
    this.#now = now
    this.#onUnused = onUnused
    this.#sweptAt = now()
    this.#recent = new LRUCache({
      max: maxUsers,
      dispose: ({ epoch }, _userId, reason) => {
        if (reason === 'evict') this.#epochFloor = Math.max(this.#epochFloor, epoch)
      },
    })
  }

  read(userId: string): Readable {
    return this.#recent.get(userId) ?? this.#find(userId)
  }

  /** Runs the step, puts the record where it now belongs, and wakes those who wait for its lease. */
  change<T>(userId: string, step: Step<T>): T {
    const now = this.#now()
    const record = this.#find(userId)
    record.startStep(now)
    const answer = step(record, now)
    record.endStep(now)
    this.#place(userId, record, now)
    this.#sweep(now)
    if (!record.isLeased(now)) this.#waiters.wake(userId)
    return answer
  }

  logOut(userId: string, { claimForMs }: { claimForMs: number }, step: LogoutStep): LoggedOut {
    const done = this.change(userId, (record, now) => step(record, now, Infinity, claimForMs))
    // Memory ends with the process; with nothing waiting there is nothing to lose.
    return { ...done, durable: done.waiting.length === 0 }
  }

  changeDue<T>(limit: number, step: (userId: string) => Step<readonly T[]>): DueAnswers<T> {
    const now = this.#now()
    this.#sweep(now)
    const answers: T[] = []
    for (const userId of this.#outboxes.due(now, limit)) {
      if (answers.length < limit) answers.push(...this.change(userId, step(userId)))
    }
    const { firstDueAt } = this.#outboxes
    return { answers, nextInMs: firstDueAt === undefined ? undefined : Math.max(0, firstDueAt - now) }
  }

  async *waiting(): AsyncGenerator<readonly string[]> {
    yield this.#outboxes.userIds
  }

  released(userId: string, withinMs: number): Promise<void> {
    return this.#waiters.wait(userId, withinMs)
  }

  /** A step answers at once: no news can come before its answer. */
  listen(): () => void {
    return () => {}
  }

  /** One more life cycle shares these records. */
  opened(): void {
    this.#users += 1
  }

  /** What is kept stays: a logout may come late. */
  close(): void {
    this.#users -= 1
    if (this.#users === 0) this.#onUnused()
  }

  #find(userId: string): UserRecord {
    const found = this.#pinned.get(userId) ?? this.#recent.get(userId)
    if (found instanceof IdleUser) return found.toRecord()
    return found ?? this.#newcomers.record(userId, Math.max(this.#now(), this.#epochFloor + 1))
  }

  #place(userId: string, record: UserRecord, now: number): void {
    this.#outboxes.set(userId, lifeCycle.dueAt(record, now))
    const isPinned = record.isPinned(now)
    if (isPinned) this.#pinned.set(userId, record)
    else this.#pinned.delete(userId)
    this.#recent.set(userId, isPinned ? record : IdleUser.of(record))
    this.#newcomers.forget(userId)
  }

  /** Finds what time alone has unpinned, now and then; and what is due after all, when the clock was set back. */
  #sweep(now: number): void {
    const since = now - this.#sweptAt
    if (since >= 0 && since < SWEEP_INTERVAL) return
    this.#sweptAt = now
    for (const [userId, record] of this.#pinned) {
      if (since < 0) record.startStep(now)
      if (since < 0 || !record.isPinned(now)) this.#place(userId, record, now)
    }
  }
}
