import { setImmediate } from 'node:timers/promises'
import type { Change, RecordDriver, StoreDriver } from '@imkit-auth/core'
import { driverContract } from '@imkit-auth/core/store-contract'
import { mapDriver } from '../map-driver.js'

type Careless = (records: RecordDriver) => Partial<RecordDriver>

/** Drivers as somebody writes them in a hurry. */
const DRIVERS: Readonly<Record<string, Careless>> = {
  /** UPDATE … WHERE user_id = $1 */
  'compares nothing': (records) => ({
    async swap(userId: string, _version: string, change: Change) {
      return records.swap(userId, (await records.load(userId))?.version ?? '', change)
    },
  }),
  /** SELECT, a look at the version, and then UPDATE. */
  'compares too early': (records) => ({
    async swap(userId: string, version: string, change: Change) {
      const row = await records.load(userId)
      if ((row?.version ?? '') !== version) return { kind: 'conflict', row }
      await setImmediate()
      for (;;) {
        const swapped = await records.swap(userId, (await records.load(userId))?.version ?? '', change)
        if (swapped.kind !== 'conflict') return swapped
      }
    },
  }),
  /** A queue that hands out, and does not wait for what becomes of it. */
  'forgets who was due': (records) => {
    const named = new Set<string>()
    return {
      async due(options: { now: number; limit: number }) {
        const { userIds, nextInMs } = await records.due({ ...options, limit: 1_000 })
        const fresh = userIds.filter((userId) => !named.has(userId))
        for (const userId of fresh) named.add(userId)
        return { userIds: fresh.slice(0, options.limit), nextInMs }
      },
    }
  },
}

const careless = DRIVERS[process.env['CARELESS'] ?? '']

function drive(driver: StoreDriver): StoreDriver {
  return {
    records(space, listener) {
      const records = driver.records(space, listener)
      return { ...records, ...careless?.(records) }
    },
  }
}

driverContract(() => {
  const database = new Map()
  return [drive(mapDriver(database)), drive(mapDriver(database))]
}, 20)
