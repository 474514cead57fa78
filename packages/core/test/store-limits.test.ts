import { setTimeout as sleep } from 'node:timers/promises'
import { createChatTokens, issue, memoryStore, recordStore, type StoreDriver, type TokenStore } from '@imkit-auth/core'
import { World } from '@imkit-auth/testkit'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { mapDriver } from './map-driver.js'

const SHARED = { session: undefined, ownToken: false }
const SILENT = { down() {}, up() {}, warn() {}, alert() {} }
const LEASE = 10_000
const HOUR = 3_600_000

const STORES: readonly [string, () => TokenStore][] = [
  ['memoryStore', () => memoryStore()],
  ['recordStore', () => recordStore(mapDriver())],
]

afterEach(() => vi.restoreAllMocks())

describe.each(STORES)('a %s', (_, makeStore) => {
  function space(now: () => number = Date.now) {
    return makeStore().open({ server: 'https://app.imkit.io/', namespace: '', now, listener: SILENT })
  }

  test('forgets the logout of no session, however many there are', { timeout: 60_000 }, async () => {
    const own = space()
    const sessions = Array.from({ length: 1_200 }, (_unused, n) => `session ${n}`)
    const isOut = async (session: string) => (await own.read('amy', { ...SHARED, session })).loggedOut
    const logOut = (session: string) =>
      own.logout('amy', { key: { ...SHARED, session }, everything: false, claimForMs: 0 })
    for (const session of sessions) await logOut(session)
    for (const session of sessions) expect(await isOut(session)).toBe(true)
    // Who logs in again is in, and the others are not.
    const { epoch } = await own.read('amy', SHARED)
    for (const session of ['session 0', 'session 1100']) await own.admit('amy', { key: { ...SHARED, session }, epoch })
    expect([await isOut('session 0'), await isOut('session 1100'), await isOut('session 1')]).toEqual([
      false,
      false,
      true,
    ])
    await logOut('session 0')
    expect([await isOut('session 0'), await isOut('session 1100')]).toEqual([true, false])
  })

  test('lets nobody wait for a clock that was set back', async () => {
    let time = Date.parse('2030-01-01T00:00:00Z')
    const own = space(() => time)
    const { epoch } = await own.read('amy', SHARED)
    const step = { key: SHARED, epoch, intent: { session: undefined, minted: undefined }, leaseMs: LEASE }
    expect(await own.acquire('amy', step)).toMatchObject({ kind: 'acquired' })
    time -= HOUR
    expect(await own.acquire('amy', step)).toMatchObject({ kind: 'busy' })
    time += LEASE
    expect(await own.acquire('amy', step)).toMatchObject({ kind: 'acquired' })
  })

  test('hands out revocations in time when the clock was set back', async () => {
    let time = Date.parse('2030-01-01T00:00:00Z')
    const own = space(() => time)
    await own.logout('amy', { key: SHARED, everything: false, claimForMs: 0 })
    const claim = async () => (await own.claim({ limit: 10, visibleForMs: LEASE })).revocations
    const [revocation] = await claim()
    if (!revocation) throw new Error('nothing is due')
    await own.retry(revocation, { delayMs: 5_000, holdForMs: undefined, tried: true })
    expect(await claim()).toEqual([])
    time -= HOUR
    expect(await claim()).toEqual([])
    time += 5_000
    expect(await claim()).toHaveLength(1)
  })

  test('lists 20,000 users whose revocations wait, some at a time', { timeout: 60_000 }, async () => {
    const own = space()
    const users = Array.from({ length: 20_000 }, (_unused, n) => `user ${n}`)
    const logOut = async (id: string) => own.logout(id, { key: SHARED, everything: false, claimForMs: 0 })
    for (let at = 0; at < users.length; at += 200) await Promise.all(users.slice(at, at + 200).map(logOut))
    let listed = 0
    let largest = 0
    const reads: Promise<unknown>[] = []
    let readsDone = 0
    for await (const page of own.allPending()) {
      listed += page.length
      largest = Math.max(largest, page.length)
      if (listed === 1_000)
        reads.push(Promise.resolve(own.read('somebody else', SHARED)).then(() => (readsDone = listed)))
    }
    await Promise.all(reads)
    expect(listed).toBe(20_000)
    expect(largest).toBeLessThanOrEqual(100)
    expect(readsDone).toBeLessThan(2_000)
  })

  test('a logout whose revocation another process carries is confirmed as soon as that one is done', async () => {
    const world = await World.create({}, makeStore())
    onTestFinished(() => world.end())
    const [one, two] = [world.instance({ deadline: 3_000 }).tokens, world.instance({ deadline: 3_000 }).tokens]
    await one.login({ id: 'amy' })
    world.emulator.fault({ match: 'DELETE /admin/clients/*/token', kind: 'delay-before', ms: 300 })
    const first = one.revoke('amy')
    await sleep(50)
    const started = performance.now()
    expect(await two.revoke('amy', { waitMs: 5_000 })).toBe('confirmed')
    expect(performance.now() - started).toBeLessThan(2_500)
    expect(await first).toBe('confirmed')
  })
})

describe('while the database is away', () => {
  /** A database that can be taken away. */
  function awayDriver(): { driver: StoreDriver; setAway: (isAway: boolean) => void; calls: () => number } {
    let isAway = false
    let calls = 0
    const inner = mapDriver()
    const driver: StoreDriver = {
      records(name, listener) {
        const records = inner.records(name, listener)
        return new Proxy(records, {
          get(_, key) {
            const value: unknown = Reflect.get(records, key)
            if (typeof value !== 'function' || key === 'now' || key === 'waiting') return value
            return async (...args: unknown[]) => {
              calls += 1
              if (isAway) throw new Error('a token of amy is in this message')
              return (await value.apply(records, args)) as unknown
            }
          },
        })
      },
    }
    return { driver, setAway: (away) => (isAway = away), calls: () => calls }
  }

  test('200,000 logouts of one user are kept as one, and done with one write', { timeout: 60_000 }, async () => {
    const { driver, setAway, calls } = awayDriver()
    const space = recordStore(driver).open({ server: 'x', namespace: '', now: Date.now, listener: SILENT })
    await space.read('amy', SHARED)
    setAway(true)
    const logout = { key: { ...SHARED, session: 's1' }, everything: false, claimForMs: 0 }
    for (let n = 0; n < 200; n++) {
      const some = Array.from({ length: 1_000 }, async () => space.logout('amy', logout))
      expect(new Set(await Promise.all(some))).toEqual(new Set(['later']))
    }
    setAway(false)
    const before = calls()
    expect(await space.read('amy', { ...SHARED, session: 's1' })).toMatchObject({ loggedOut: true })
    expect(calls() - before).toBeLessThan(5)
    await space.close()
  })

  test('logouts of more sessions than are kept say that they failed', async () => {
    const { driver, setAway } = awayDriver()
    const space = recordStore(driver).open({ server: 'x', namespace: '', now: Date.now, listener: SILENT })
    setAway(true)
    const logOut = (n: number) =>
      space.logout('amy', { key: { ...SHARED, session: `s${n}` }, everything: false, claimForMs: 0 })
    for (let n = 0; n < 500; n++) expect(await logOut(n)).toBe('later')
    await expect(logOut(500)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    setAway(false)
    expect(await space.read('amy', { ...SHARED, session: 's499' })).toMatchObject({ loggedOut: true })
    await space.close()
  })

  test('a late logout is done by itself, and an error quotes nothing', async () => {
    const { driver, setAway } = awayDriver()
    const space = recordStore(driver).open({ server: 'x', namespace: '', now: Date.now, listener: SILENT })
    setAway(true)
    await expect(space.read('amy', SHARED)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The store failed. Is it up, and can this process reach it?',
    })
    expect(await space.logout('amy', { key: SHARED, everything: false, claimForMs: 0 })).toBe('later')
    setAway(false)
    await expect.poll(() => space.pending('amy'), { timeout: 5_000 }).toHaveLength(1)
    await space.close()
  })
})

describe('what a page reports', () => {
  test.each([
    ['a lone surrogate', `x.${Buffer.from('{"jti":"\\ud800"}').toString('base64url')}.x`],
    ['no text', 7],
    ['a very long text', 'x'.repeat(10_000_000)],
    ['nothing', undefined],
  ])('%s reaches no store, and harms nobody', async (_, token) => {
    const world = await World.create()
    onTestFinished(() => world.end())
    const { tokens } = world.instance({ deadline: 3_000 })
    const { token: good } = await tokens.login({ id: 'amy' })
    await tokens.reportInvalid('amy', token as string)
    expect((await tokens.current('amy'))?.token).toBe(good)
  })
})

test('a namespace has to be a text that can be stored', () => {
  const options = { serverUrl: 'https://app.imkit.io', apiKey: 'key', mode: issue() }
  expect(() => createChatTokens({ ...options, namespace: '\ud800' })).toThrow(/namespace/)
})
