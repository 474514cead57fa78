import { setImmediate } from 'node:timers/promises'
import type { Change, RecordDriver, Row, StoreDriver } from '@imkit-auth/core'

interface Stored extends Row {
  readonly dueAt: number | undefined
}

/** What several openings share: a database of maps. */
export type Rows = Map<string, Map<string, Stored>>

/** A driver as an author writes it, on maps behind promises. */
export function mapDriver(database: Rows = new Map()): StoreDriver {
  return {
    records(space): RecordDriver {
      const rows = database.get(space) ?? new Map<string, Stored>()
      database.set(space, rows)
      const wakes = new Set<(userId: string) => void>()
      return {
        now: Date.now,
        async load(userId) {
          await setImmediate()
          return rows.get(userId)
        },
        async swap(userId, version, { notBefore, notAfter, ...change }: Change) {
          await setImmediate()
          if (Date.now() < notBefore || Date.now() > notAfter) return { kind: 'clock' }
          const row = rows.get(userId)
          if ((row?.version ?? '') !== version) return { kind: 'conflict', row }
          const dueAt = change.dueAt === 'none' ? undefined : (change.dueAt ?? row?.dueAt)
          rows.set(userId, { version: change.version, value: change.value, dueAt })
          if (change.released) for (const wake of wakes) wake(userId)
          return { kind: 'done', durable: true }
        },
        async due({ now, limit }) {
          const waiting = [...rows].flatMap(([userId, { dueAt }]) => (dueAt === undefined ? [] : [{ userId, dueAt }]))
          const due = waiting.filter(({ dueAt }) => dueAt <= now).map(({ userId }) => userId)
          const next =
            waiting.length > 0 ? Math.max(0, Math.min(...waiting.map(({ dueAt }) => dueAt)) - now) : undefined
          return { userIds: due.slice(0, limit), nextInMs: next }
        },
        async *waiting() {
          yield [...rows].flatMap(([userId, { dueAt }]) => (dueAt === undefined ? [] : [userId]))
        },
      }
    },
  }
}
