import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { versionAfter } from '../store/row-version.js'
import type { Change, RecordDriver, StoreDriver } from '../store/store-driver.js'
import { SILENT } from './steps.js'

const LISTENER = { ...SILENT, recovered: () => Promise.resolve() }
const HOSTILE_IDS = ['__proto__', "o'amy", 'a"b', '{x}', 'a:b', '%', '🦊', ' ', 'a\nb', 'x'.repeat(200)]

/** Two openings of one database, as two processes have them. */
export type OpenTwoDrivers = () => Promise<readonly [StoreDriver, StoreDriver]> | readonly [StoreDriver, StoreDriver]

/** What a driver does with rows. */
export function rowsContract(openTwo: OpenTwoDrivers): void {
  let drivers: readonly [StoreDriver, StoreDriver]
  let one: RecordDriver
  let other: RecordDriver
  let user: string
  let space: string
  beforeEach(async () => {
    drivers = await openTwo()
    space = `contract:${randomUUID()}`
    one = drivers[0].records(space, LISTENER)
    other = drivers[1].records(space, LISTENER)
    user = `user-${randomUUID()}`
    // Now it knows what time it is.
    await one.load(user)
    await other.load(user)
  })
  afterEach(async () => {
    for (const records of [one, other]) await records.close?.()
    for (const driver of drivers) await driver.close?.()
  })

  /** A row as the life cycle writes one. */
  function change(text: string, after = '', more: Partial<Change> = {}): Change {
    const now = one.now()
    const version = versionAfter(after, now)
    return {
      version,
      value: version + text,
      now,
      keepUntil: now + 60_000,
      dueAt: undefined,
      notBefore: now - 1_000,
      notAfter: now + 5_000,
      released: false,
      confirm: false,
      ...more,
    }
  }

  async function written(id: string, text: string, more?: Partial<Change>): Promise<Change> {
    const row = change(text, '', more)
    expect(await one.swap(id, '', row)).toMatchObject({ kind: 'done' })
    return row
  }

  const dueIn = async (records: RecordDriver, ms = 0) => records.due({ now: one.now() + ms, limit: 10 })
  const rowOf = ({ version, value }: Change) => ({ version, value })

  describe('rows', () => {
    test('are absent, are written, and are what every process loads', async () => {
      expect(await one.load(user)).toBeUndefined()
      const row = await written(user, 'one')
      expect(await other.load(user)).toMatchObject(rowOf(row))
    })

    test('are replaced by who knows their version, and by nobody else', async () => {
      const first = await written(user, 'one')
      const second = change('two', first.version)
      expect(await other.swap(user, first.version, second)).toMatchObject({ kind: 'done' })
      for (const version of ['', first.version, second.version.toLowerCase().slice(0, 15) + '!']) {
        const swapped = await one.swap(user, version, change('three', second.version))
        expect(swapped).toMatchObject({ kind: 'conflict', row: rowOf(second) })
      }
      expect(await one.load(user)).toMatchObject(rowOf(second))
    })

    test('that are not there conflict with any version but none', async () => {
      const swapped = await one.swap(user, versionAfter('', one.now()), change('one'))
      expect(swapped).toEqual({ kind: 'conflict', row: undefined })
      expect(await one.load(user)).toBeUndefined()
    })

    test('are written by one of many at once', async () => {
      const first = await written(user, '0')
      const swaps = Array.from({ length: 20 }, async (_, n) =>
        (n % 2 ? one : other).swap(user, first.version, change(`${n}`, first.version)),
      )
      const kinds = (await Promise.all(swaps)).map(({ kind }) => kind)
      expect(kinds.filter((kind) => kind === 'done')).toHaveLength(1)
      const births = Array.from({ length: 20 }, async (_, n) =>
        (n % 2 ? one : other).swap(`${user} 2`, '', change(`${n}`)),
      )
      expect((await Promise.all(births)).filter(({ kind }) => kind === 'done')).toHaveLength(1)
    })

    test('are not written when their time is over by the clock of the database, or has not come', async () => {
      const now = one.now()
      const late = change('late', '', { notBefore: now - 60_000, notAfter: now - 30_000 })
      expect(await one.swap(user, '', late)).toEqual({ kind: 'clock' })
      const early = change('early', '', { notBefore: now + 30_000, notAfter: now + 60_000 })
      expect(await one.swap(user, '', early)).toEqual({ kind: 'clock' })
      expect(await one.load(user)).toBeUndefined()
    })

    test('take any text: long, in any script, with quotes and zeros', async () => {
      for (const text of ['x'.repeat(100_000), 'ä🦊\u{0}\u{2028}\'"\\$1%s', '']) {
        const id = `${user} ${text.length}`
        const row = await written(id, text)
        expect(await other.load(id)).toMatchObject(rowOf(row))
      }
    })

    test('of no user are those of another, whatever the id', async () => {
      const rows = new Map<string, Change>()
      for (const id of HOSTILE_IDS) rows.set(id, await written(id, `of ${id}`, { dueAt: one.now() }))
      for (const [id, row] of rows) expect(await other.load(id)).toMatchObject(rowOf(row))
      expect([...(await everybody(other))].toSorted()).toEqual(HOSTILE_IDS.toSorted())
    })

    test('of one space are not those of another', async () => {
      await written(user, 'one', { dueAt: one.now() })
      const elsewhere = drivers[1].records(`contract:${randomUUID()}`, LISTENER)
      expect(await elsewhere.load(user)).toBeUndefined()
      expect(await everybody(elsewhere)).toEqual([])
      await elsewhere.close?.()
    })

    test('tell a time that does not run ahead', async () => {
      await written(user, 'one')
      const before = one.now()
      await sleep(20)
      await one.swap(`${user} 2`, '', change('two'))
      expect(one.now() - before).toBeGreaterThan(0)
      expect(Math.abs(one.now() - other.now())).toBeLessThan(1_000)
    })
  })

  describe('what is due', () => {
    test('is named when its time has come, to every process', async () => {
      await written(user, 'one', { dueAt: one.now() + 10_000 })
      const { userIds, nextInMs } = await dueIn(one)
      expect(userIds).not.toContain(user)
      expect(nextInMs).toBeLessThanOrEqual(10_000)
      await eventuallyDue(other, 10_000)
    })

    test('stays as it was, changes, and goes', async () => {
      const first = await written(user, 'one', { dueAt: one.now() })
      const second = change('two', first.version)
      await one.swap(user, first.version, second)
      expect(await everybody(other)).toEqual([user])
      const third = change('three', second.version, { dueAt: 'none' })
      await other.swap(user, second.version, third)
      expect(await everybody(one)).toEqual([])
      expect((await dueIn(one, 60_000)).userIds).toEqual([])
    })

    test('comes first due first, and of more than are asked for nobody is forgotten', async () => {
      const ids = Array.from({ length: 40 }, (_, n) => `${user} ${n}`)
      for (const id of ids) await written(id, 'x', { dueAt: one.now() - 1_000 })
      const found = new Set<string>()
      for (let turn = 0; turn < 200 && found.size < ids.length; turn++) {
        for (const id of (await one.due({ now: one.now() + turn * 1_000, limit: 5 })).userIds) {
          found.add(id)
          const row = await one.load(id)
          if (row) await one.swap(id, row.version, change('done', row.version, { dueAt: 'none' }))
        }
      }
      expect([...found].toSorted()).toEqual(ids.toSorted())
    })
  })

  async function eventuallyDue(records: RecordDriver, ms: number): Promise<void> {
    // A driver may leave for a while what another process has put in.
    for (let look = ms; look < ms + 120_000; look += 10_000) {
      if ((await dueIn(records, look)).userIds.includes(user)) return
    }
    expect.fail('the other process never hears of it')
  }
}

async function everybody(records: RecordDriver): Promise<string[]> {
  const all: string[] = []
  for await (const page of records.waiting()) all.push(...page)
  return all
}
