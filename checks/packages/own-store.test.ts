// The driver of docs/stores.md, and how an app proves it. The database is a map, and asynchronous.
import { setImmediate } from 'node:timers/promises'
import type { Change, RecordDriver, StoreDriver, Swapped } from '@imkit-auth/core'
import { driverContract } from '@imkit-auth/core/store-contract'
import { describe } from 'vitest'

export interface Stored {
  readonly version: string
  readonly value: string
  readonly dueAt: number | undefined
  readonly keepUntil: number
}

/** What is needed of the database's client. Each is one statement. */
export interface Table {
  /** SELECT *, now() … WHERE space = $1 AND user_id = $2 */
  get(space: string, userId: string): Promise<{ row: Stored | undefined; now: number }>
  /** UPDATE … WHERE space = $1 AND user_id = $2 AND version = $3, or for '' INSERT … ON CONFLICT DO NOTHING. Whether it wrote. */
  replace(space: string, userId: string, version: string, row: Stored, until: number): Promise<boolean>
  /** SELECT user_id, due_at … WHERE space = $1 AND due_at IS NOT NULL ORDER BY due_at LIMIT $2 */
  waiting(space: string, limit: number): Promise<readonly { userId: string; dueAt: number }[]>
}

export function tableDriver(table: Table): StoreDriver {
  return { records: (space) => new TableRows(table, space) }
}

class TableRows implements RecordDriver {
  #ahead = 0

  constructor(
    readonly table: Table,
    readonly space: string,
  ) {}

  now(): number {
    return Math.floor(performance.now() + this.#ahead)
  }

  async load(userId: string): Promise<Stored | undefined> {
    const { row, now } = await this.table.get(this.space, userId)
    this.#ahead = now - performance.now()
    return row
  }

  async swap(userId: string, version: string, change: Change): Promise<Swapped> {
    const before = change.dueAt === undefined ? await this.load(userId) : undefined
    const dueAt = change.dueAt === 'none' ? undefined : (change.dueAt ?? before?.dueAt)
    const row = { version: change.version, value: change.value, dueAt, keepUntil: change.keepUntil }
    if (this.now() < change.notBefore) return { kind: 'clock' }
    if (await this.table.replace(this.space, userId, version, row, change.notAfter))
      return { kind: 'done', durable: true }
    const found = await this.load(userId)
    // The same version: it was the clock.
    return (found?.version ?? '') === version ? { kind: 'clock' } : { kind: 'conflict', row: found }
  }

  async due({ now, limit }: { now: number; limit: number }) {
    const waiting = await this.table.waiting(this.space, limit + 1)
    const userIds = waiting.filter(({ dueAt }) => dueAt <= now).map(({ userId }) => userId)
    const next = waiting.find(({ dueAt }) => dueAt > now) ?? waiting[limit]
    return { userIds: userIds.slice(0, limit), nextInMs: next && Math.max(0, next.dueAt - now) }
  }

  async *waiting() {
    yield (await this.table.waiting(this.space, 1_000_000)).map(({ userId }) => userId)
  }
}

class MapTable implements Table {
  readonly #rows = new Map<string, Stored>()

  async get(space: string, userId: string) {
    await setImmediate()
    return { row: this.#rows.get(`${space} ${userId}`), now: Date.now() }
  }

  async replace(space: string, userId: string, version: string, row: Stored, until: number) {
    await setImmediate()
    const name = `${space} ${userId}`
    if (Date.now() > until || (this.#rows.get(name)?.version ?? '') !== version) return false
    this.#rows.set(name, row)
    return true
  }

  async waiting(space: string, limit: number) {
    await setImmediate()
    const waiting = [...this.#rows].flatMap(([name, { dueAt }]) =>
      name.startsWith(`${space} `) && dueAt !== undefined ? [{ userId: name.slice(space.length + 1), dueAt }] : [],
    )
    return waiting.sort((a, b) => a.dueAt - b.dueAt).slice(0, limit)
  }
}

describe('a driver of an app', () => {
  driverContract(() => {
    const table = new MapTable()
    return [tableDriver(table), tableDriver(table)]
  }, 20)
})
