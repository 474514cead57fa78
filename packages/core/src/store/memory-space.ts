import { LRUCache } from 'lru-cache'
import { Waiters } from '../waiters.js'
import * as lifeCycle from './life-cycle.js'
import type { Claimed, LoggedOut, Revocation, SessionKey, TokenSpace, UserState } from './token-store.js'
import { UserRecord } from './user-record.js'

type StepOf<Name extends keyof TokenSpace> = TokenSpace[Name] extends (userId: string, step: infer Step) => unknown
  ? Step
  : never

/** One sweep finds what time alone has unpinned. In ms. */
const SWEEP_INTERVAL = 60_000

/**
 * The life cycle's records in memory. Of those that were used last, the least recently used may be evicted; the pinned ones
 * are kept beside them, and nothing evicts those.
 */
export class MemorySpace implements TokenSpace {
  readonly #now: () => number
  readonly #recent: LRUCache<string, UserRecord>
  readonly #pinned = new Map<string, UserRecord>()
  /** The pinned ones that have revocations waiting. */
  readonly #outboxes = new Map<string, UserRecord>()
  readonly #waiters = new Map<string, Waiters>()
  /** Higher than every epoch of a forgotten record, so that a new record never makes an old epoch current again. */
  #epochFloor = 0
  #fence = 0
  readonly #nextFence = (): number => ++this.#fence
  #sweptAt: number
  #instances = 0
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

  read(userId: string, key: SessionKey): UserState {
    return this.#find(userId).state(key, this.#now)
  }

  admit(userId: string, { key, epoch }: StepOf<'admit'>): UserState {
    this.#change(userId, (record) => {
      if (record.epoch === epoch && key.session !== undefined) record.duties.unbury(key.session)
    })
    return this.read(userId, key)
  }

  acquire(userId: string, step: StepOf<'acquire'>): ReturnType<typeof lifeCycle.acquire> {
    return this.#change(userId, (record, now) => lifeCycle.acquire(record, step, now, this.#nextFence()))
  }

  begin(userId: string, step: StepOf<'begin'>): boolean {
    return this.#change(userId, (record, now) => lifeCycle.begin(record, step, now))
  }

  commit(userId: string, step: StepOf<'commit'>): ReturnType<typeof lifeCycle.commit> {
    return this.#change(userId, (record, now) => lifeCycle.commit(record, step, now))
  }

  release(userId: string, step: StepOf<'release'>): void {
    this.#change(userId, (record) => lifeCycle.release(record, step))
  }

  profile(userId: string, { nickname, avatarUrl }: StepOf<'profile'>): void {
    this.#change(userId, (record) => Object.assign(record, { nickname, avatarUrl }))
  }

  logout(userId: string, step: StepOf<'logout'>): LoggedOut {
    return this.#change(userId, (record, now) => lifeCycle.logout(userId, record, step, now, this.#nextFence))
  }

  deny(userId: string, step: StepOf<'deny'>): ReturnType<typeof lifeCycle.deny> {
    return this.#change(userId, (record, now) => lifeCycle.deny(record, step, now))
  }

  claim({ limit, visibleForMs }: { limit: number; visibleForMs: number }): Claimed {
    const now = this.#now()
    const revocations: Revocation[] = []
    let nextInMs: number | undefined
    for (const [userId, record] of this.#outboxes) {
      if (revocations.length < limit) {
        revocations.push(...lifeCycle.claim(userId, record, now + visibleForMs, now, this.#nextFence))
        this.#place(userId, record, now)
      }
      for (const entry of record.outbox) {
        nextInMs = Math.min(nextInMs ?? Infinity, lifeCycle.dueIn(record, entry, now))
      }
    }
    return { revocations, nextInMs }
  }

  settle(revocation: Revocation): boolean {
    return this.#change(revocation.userId, (record) => lifeCycle.settle(record, revocation))
  }

  retry(revocation: Revocation, step: Parameters<TokenSpace['retry']>[1]): void {
    this.#change(revocation.userId, (record, now) => lifeCycle.retry(record, revocation, step, now))
  }

  widen(revocation: Revocation): void {
    this.#change(revocation.userId, (record, now) => lifeCycle.widen(record, revocation, now))
  }

  forget(userId: string): void {
    this.#change(userId, (record) => lifeCycle.forget(record))
  }

  pending(userId?: string): readonly Revocation[] {
    const users = userId === undefined ? [...this.#outboxes.keys()] : [userId]
    return users.flatMap((id) => lifeCycle.revocationsOf(id, this.#find(id)))
  }

  async released(userId: string, withinMs: number): Promise<void> {
    const waiters = this.#waiters.get(userId) ?? new Waiters()
    this.#waiters.set(userId, waiters)
    await waiters.wait(withinMs)
    if (waiters.size === 0 && this.#waiters.get(userId) === waiters) this.#waiters.delete(userId)
  }

  /** One more instance shares this space. */
  opened(): void {
    this.#instances += 1
  }

  /** What is kept stays: a logout may come late. */
  close(): void {
    this.#instances -= 1
    if (this.#instances === 0) this.#onUnused()
  }

  #find(userId: string): UserRecord {
    const found = this.#recent.get(userId) ?? this.#pinned.get(userId)
    if (found) return found
    const record = new UserRecord(Math.max(this.#now(), this.#epochFloor + 1))
    this.#recent.set(userId, record)
    return record
  }

  /** Runs one step, puts the record where it now belongs, and wakes those who wait for its lease. */
  #change<T>(userId: string, step: (record: UserRecord, now: number) => T): T {
    const now = this.#now()
    const record = this.#find(userId).changeable()
    const result = step(record, now)
    this.#place(userId, record, now)
    if (now - this.#sweptAt >= SWEEP_INTERVAL) this.#sweep(now)
    if (!record.isLeased(now)) this.#waiters.get(userId)?.wake()
    return result
  }

  #place(userId: string, record: UserRecord, now: number): void {
    if (record.outbox.length > 0) this.#outboxes.set(userId, record)
    else this.#outboxes.delete(userId)
    if (record.isPinned(now)) this.#pinned.set(userId, record)
    else this.#pinned.delete(userId)
    this.#recent.set(userId, record)
  }

  #sweep(now: number): void {
    this.#sweptAt = now
    for (const [userId, record] of this.#pinned) if (!record.isPinned(now)) this.#place(userId, record, now)
  }
}
