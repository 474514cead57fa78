import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { recordStore } from '../store/record-store.js'
import type { RecordDriver, StoreDriver } from '../store/store-driver.js'
import type { TokenSpace } from '../store/token-space.js'
import type { OpenTwoDrivers } from './rows.js'
import { DAY, SHARED, SILENT } from './steps.js'

/** How far each process's idea of the database's clock is from it. In ms. */
const APART = 50
const LEASE = 10_000

/** Two processes whose ideas of the database's clock differ: what one did a moment ago lies in the other's future. */
export function twoClocksContract(openTwo: OpenTwoDrivers): void {
  describe('two clocks that differ', () => {
    test.each([
      ['behind', APART, -APART],
      ['ahead', -APART, APART],
    ])('a logout of a process that is %s ends what the other has just obtained', async (_, of, its) => {
      const drivers = await openTwo()
      const [login, logout] = [open(shifted(drivers[0], of)), open(shifted(drivers[1], its))]
      const user = `user-${randomUUID()}`
      await obtain(login, user, 't1')
      expect((await logout.read(user, SHARED)).token?.token).toBe('t1')
      await logout.logout(user, { key: { ...SHARED, session: 's1' }, everything: false, claimForMs: 0 })
      expect((await login.read(user, SHARED)).token).toBeUndefined()
      expect((await login.pending(user)).map(({ token }) => token)).toEqual(['t1'])
      // And the session is out, for both.
      for (const space of [login, logout]) {
        expect(await space.read(user, { ...SHARED, session: 's1' })).toMatchObject({ loggedOut: true })
      }
      await close([login, logout], drivers)
    })

    test('keep one lease between them, and see each other’s epochs', async () => {
      const drivers = await openTwo()
      const [ahead, behind] = [open(shifted(drivers[0], APART)), open(shifted(drivers[1], -APART))]
      const user = `user-${randomUUID()}`
      const epochs: number[] = []
      for (const space of [ahead, behind, ahead, behind, behind, ahead]) {
        await space.logout(user, { key: SHARED, everything: false, claimForMs: 0 })
        epochs.push((await ahead.read(user, SHARED)).epoch, (await behind.read(user, SHARED)).epoch)
      }
      expect(epochs).toEqual(epochs.toSorted((a, b) => a - b))
      expect(new Set(epochs).size).toBe(6)
      const epoch = epochs.at(-1) ?? 0
      const step = { key: SHARED, epoch, intent: undefined, leaseMs: LEASE }
      const acquired = await Promise.all([behind, ahead, behind, ahead].map((space) => space.acquire(user, step)))
      expect(acquired.filter(({ kind }) => kind === 'acquired')).toHaveLength(1)
      await close([ahead, behind], drivers)
    })
  })
}

function open(driver: StoreDriver): TokenSpace {
  return recordStore(driver).open({ server: 'https://app.imkit.io/', namespace: '', now: Date.now, listener: SILENT })
}

async function close(spaces: readonly TokenSpace[], drivers: readonly StoreDriver[]): Promise<void> {
  for (const space of spaces) await space.close()
  for (const driver of drivers) await driver.close?.()
}

async function obtain(space: TokenSpace, user: string, name: string): Promise<void> {
  const { epoch } = await space.read(user, SHARED)
  const acquired = await space.acquire(user, { key: SHARED, epoch, intent: undefined, leaseMs: LEASE })
  if (acquired.kind !== 'acquired') throw new Error(`expected the lease, got ${acquired.kind}`)
  const token = { token: name, expiresAt: Date.now() + DAY, renewBefore: 1 }
  const nobody = { holdForMs: undefined, nickname: undefined, avatarUrl: undefined }
  await space.commit(user, { fence: acquired.fence, epoch, token, ...nobody })
}

/** Its idea of the clock is so many ms off. */
function shifted(driver: StoreDriver, ms: number): StoreDriver {
  return {
    records(space, listener) {
      const records: RecordDriver = driver.records(space, listener)
      return new Proxy(records, {
        get(_, name) {
          if (name === 'now') return () => records.now() + ms
          const value: unknown = Reflect.get(records, name)
          return typeof value === 'function' ? (value.bind(records) as unknown) : value
        },
      })
    },
  }
}
