import { setTimeout as sleep } from 'node:timers/promises'
import { recordStore, type StoreDriver } from '@imkit-auth/core'
import { expect, test } from 'vitest'
import { mapDriver, type Rows } from './map-driver.js'

const SHARED = { session: undefined, ownToken: false }
const SILENT = { down() {}, up() {}, warn() {}, alert() {} }

/** Its answers take a while to come back. */
function far(driver: StoreDriver): StoreDriver {
  return {
    records(space, listener) {
      const records = driver.records(space, listener)
      return {
        ...records,
        async load(userId) {
          const row = await records.load(userId)
          await sleep(50)
          return row
        },
      }
    },
  }
}

test('a step answers nothing of a row that was loaded before it was asked for', async () => {
  const database: Rows = new Map()
  const open = (driver: StoreDriver) =>
    recordStore(driver).open({ server: 'x', namespace: '', now: Date.now, listener: SILENT })
  const [here, there] = [open(far(mapDriver(database))), open(mapDriver(database))]
  const { epoch } = await there.read('amy', SHARED)
  const acquired = await there.acquire('amy', { key: SHARED, epoch, intent: undefined, leaseMs: 10_000 })
  const fence = acquired.kind === 'acquired' ? acquired.fence : 0
  const token = { token: 't1', expiresAt: Date.now() + 86_400_000, renewBefore: 1 }
  const step = { key: SHARED, epoch, intent: undefined, leaseMs: 10_000 }
  const early = here.acquire('amy', step)
  // The row is on its way; what follows is not in it.
  await sleep(20)
  await there.commit('amy', { fence, epoch, token, holdForMs: undefined, nickname: undefined, avatarUrl: undefined })
  expect(await here.acquire('amy', step)).toMatchObject({ kind: 'hit', token: { token: 't1' } })
  expect(await early).toMatchObject({ kind: 'busy' })
})
