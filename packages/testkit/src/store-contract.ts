import { randomUUID } from 'node:crypto'
import type { Intent, LiveToken, SessionKey, TokenSpace, TokenStore } from '@imkit-auth/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const DAY = 86_400_000
const LEASE = 13_000
const SHARED: SessionKey = { session: undefined, ownToken: false }
const ISSUE: Intent = { session: undefined, minted: undefined }

/** What every store must do, step by step, whatever it is made of. The clock is the contract's own. */
export function storeContract(factory: () => TokenStore | Promise<TokenStore>): void {
  let store: TokenStore
  let space: TokenSpace
  let time: number
  let user: string
  const now = () => time

  beforeEach(async () => {
    time = Date.parse('2030-01-01T00:00:00Z')
    user = `user-${randomUUID()}`
    store = await factory()
    space = store.open({ server: randomUUID(), namespace: '', now })
  })
  afterEach(() => space.close())

  const aToken = (token: string, more: Partial<LiveToken> = {}): LiveToken => ({
    token,
    expiresAt: time + 7 * DAY,
    renewAt: time + 6 * DAY,
    session: undefined,
    settlesAt: undefined,
    ...more,
  })
  const minted = (token: string): Intent => ({ session: undefined, minted: { token, expiresAt: time + 7 * DAY } })
  const epochOf = async () => (await space.read(user, SHARED)).epoch
  const current = async (key = SHARED) => (await space.read(user, key)).token?.token

  async function take(intent: Intent = ISSUE, key = SHARED) {
    const epoch = await epochOf()
    const acquired = await space.acquire(user, { key, epoch, intent, leaseMs: LEASE })
    if (acquired.kind !== 'acquired') throw new Error(`expected the lease, got ${acquired.kind}`)
    return { epoch, fence: acquired.fence, revokeAllFirst: acquired.revokeAllFirst }
  }
  const commit = (held: { epoch: number; fence: number }, token: LiveToken, holdUntil?: number) =>
    space.commit(user, { ...held, token, holdUntil, nickname: 'Amy', avatarUrl: undefined })
  const login = async (name: string, key = SHARED) =>
    commit(await take(ISSUE, key), aToken(name, { session: key.ownToken ? key.session : undefined }))
  const logout = (key = SHARED, everything = false) => space.logout(user, { key, everything })
  const claim = async () => (await space.claim({ limit: 100, visibleForMs: LEASE })).revocations
  const waiting = async () => (await space.pending(user)).map(({ token }) => token ?? 'ALL').sort()

  describe('read', () => {
    test('knows nothing of a new user, except an epoch that starts from the clock', async () => {
      const state = await space.read(user, SHARED)
      expect(state).toMatchObject({ token: undefined, loggedOut: false })
      expect(state.epoch).toBeGreaterThanOrEqual(time)
    })

    test('answers the same epoch until a logout raises it', async () => {
      const before = await epochOf()
      await login('t1')
      expect(await epochOf()).toBe(before)
      await logout()
      expect(await epochOf()).toBeGreaterThan(before)
    })

    test('keeps spaces apart', async () => {
      await login('t1')
      const other = store.open({ server: randomUUID(), namespace: '', now })
      expect((await other.read(user, SHARED)).token).toBeUndefined()
      await other.close()
    })

    test('treats hostile ids as plain keys', async () => {
      for (const id of ['__proto__', 'constructor', 'a:b', '{x}', '%', '🦊']) {
        user = id
        await login(`token of ${id}`)
      }
      for (const id of ['__proto__', 'constructor', 'a:b', '{x}', '%', '🦊']) {
        user = id
        expect(await current()).toBe(`token of ${id}`)
      }
    })
  })

  describe('acquire', () => {
    test('gives the lease to one owner at a time, until it runs out', async () => {
      const { epoch, fence } = await take()
      const step = { key: SHARED, epoch, intent: ISSUE, leaseMs: LEASE }
      expect(await space.acquire(user, step)).toMatchObject({ kind: 'busy' })
      time += LEASE
      const next = await space.acquire(user, step)
      expect(next.kind).toBe('acquired')
      expect(next.kind === 'acquired' && next.fence).toBeGreaterThan(fence)
    })

    test('answers a fresh token that somebody else obtained meanwhile', async () => {
      await login('t1')
      const step = { key: SHARED, epoch: await epochOf(), intent: ISSUE, leaseMs: LEASE }
      expect(await space.acquire(user, step)).toMatchObject({ kind: 'hit', token: { token: 't1' } })
    })

    test('gives the lease when the token is due for renewal', async () => {
      await login('t1')
      time += 6 * DAY
      expect((await take()).revokeAllFirst).toBe(false)
    })

    test('is superseded by a logout since the epoch was read', async () => {
      const epoch = await epochOf()
      await logout()
      const step = { key: SHARED, epoch, intent: ISSUE, leaseMs: LEASE }
      expect(await space.acquire(user, step)).toEqual({ kind: 'superseded' })
    })

    test('turns the minted token of a crashed owner into a revocation', async () => {
      await login('t0')
      await logout()
      await take(minted('t1'))
      time += LEASE
      await take(minted('t2'))
      expect(await waiting()).toEqual(['t0', 't1'])
    })

    test('wakes those who wait for the lease', async () => {
      const held = await take()
      const waited = space.released(user, 10_000).then(() => 'woken')
      await commit(held, aToken('t1'))
      expect(await waited).toBe('woken')
    })
  })

  describe('commit', () => {
    test('stores the token and gives the lease back', async () => {
      expect(await login('t1')).toBe('stored')
      expect(await current()).toBe('t1')
      expect((await space.read(user, SHARED)).nickname).toBe('Amy')
      time += 6 * DAY
      await take()
    })

    test('of a result that a logout overtook stores nothing and queues that token', async () => {
      await login('t0')
      time += 6 * DAY
      const held = await take()
      await logout()
      expect(await commit(held, aToken('t1'))).toBe('superseded')
      expect(await current()).toBeUndefined()
      expect(await waiting()).toContain('t1')
    })

    test('by an owner who lost the lease stores nothing and queues that token', async () => {
      const slow = await take()
      time += LEASE
      const quick = await take()
      await commit(quick, aToken('quick'))
      expect(await commit(slow, aToken('slow'))).toBe('late')
      expect(await current()).toBe('quick')
      expect(await waiting()).toEqual(['slow'])
    })

    test('keeps the lease through the horizon when an earlier send may still arrive', async () => {
      const held = await take()
      await commit(held, aToken('t1', { settlesAt: time + 10_000 }), time + 10_000)
      await logout()
      const step = { key: SHARED, epoch: await epochOf(), intent: ISSUE, leaseMs: LEASE }
      expect(await space.acquire(user, step)).toMatchObject({ kind: 'busy' })
      time += 10_000
      expect((await space.acquire(user, step)).kind).toBe('acquired')
    })

    test('remembers the older tokens of a user until they expire', async () => {
      for (const name of ['t1', 't2', 't3']) {
        await login(name)
        time += 6 * DAY
      }
      await logout()
      expect(await waiting()).toEqual(['t3'])
    })

    test('remembers at most four live tokens and revokes the oldest', async () => {
      for (const name of ['t1', 't2', 't3', 't4', 't5']) {
        await commit(await take(), aToken(name, { renewAt: time }))
      }
      expect(await waiting()).toEqual(['t1'])
      await logout()
      expect(await waiting()).toEqual(['t1', 't2', 't3', 't4', 't5'])
    })
  })

  describe('release', () => {
    test('after a plain failure leaves no trace', async () => {
      await login('t0')
      time += 6 * DAY
      const { fence } = await take()
      await space.release(user, { fence, holdUntil: undefined })
      await logout()
      expect(await waiting()).toEqual(['t0'])
      expect((await take()).revokeAllFirst).toBe(false)
    })

    test('after an ambiguous issue keeps the lease through the horizon and makes the next logout revoke all', async () => {
      await login('t0')
      time += 6 * DAY
      const { epoch, fence } = await take()
      await space.release(user, { fence, holdUntil: time + 10_000 })
      expect((await space.acquire(user, { key: SHARED, epoch, intent: ISSUE, leaseMs: LEASE })).kind).toBe('busy')
      await logout()
      expect(await waiting()).toEqual(['ALL', 't0'])
      expect((await claim()).map(({ token }) => token)).toEqual(['t0'])
      time += 10_000
      expect((await claim()).map(({ token }) => token)).toEqual([undefined])
    })

    test('by an owner who lost the lease changes nothing', async () => {
      const slow = await take()
      time += LEASE
      const quick = await take()
      await space.release(user, { fence: slow.fence, holdUntil: undefined })
      const step = { key: SHARED, epoch: quick.epoch, intent: ISSUE, leaseMs: LEASE }
      expect(await space.acquire(user, step)).toMatchObject({ kind: 'busy' })
    })
  })

  describe('logout', () => {
    test('takes the tokens and queues their revocations, by name', async () => {
      await login('t1')
      const ids = await logout()
      expect(ids).toHaveLength(1)
      expect(await current()).toBeUndefined()
      expect(await waiting()).toEqual(['t1'])
    })

    test('of a user this store never saw revokes all their tokens', async () => {
      await logout()
      expect(await waiting()).toEqual(['ALL'])
    })

    test('of a user who has logged out already queues nothing', async () => {
      await login('t1')
      await logout()
      for (const revocation of await claim()) await space.settle(revocation)
      expect(await logout()).toEqual([])
    })

    test('with everything revokes all tokens, known and unknown', async () => {
      await login('t1')
      await logout(SHARED, true)
      expect(await waiting()).toEqual(['ALL', 't1'])
    })

    test('forgets no token that has expired too recently to be sure', async () => {
      await login('t1')
      time += 7 * DAY + 1
      await logout()
      expect(await waiting()).toEqual(['t1'])
    })

    test('queues nothing for a token that is long gone', async () => {
      await login('t1')
      time += 8 * DAY
      await logout()
      expect(await waiting()).toEqual([])
    })

    test('queues the token that is being assigned, to be revoked again once its owner is done', async () => {
      await login('t0')
      time += 6 * DAY
      const held = await take(minted('t1'))
      await logout()
      const early = (await claim()).filter(({ token }) => token === 't1')
      for (const revocation of early) expect(await space.settle(revocation)).toBe(false)
      expect(await commit(held, aToken('t1'))).toBe('superseded')
      const again = (await claim()).filter(({ token }) => token === 't1')
      expect(again).toHaveLength(1)
      for (const revocation of again) expect(await space.settle(revocation)).toBe(true)
    })

    test('counts a revocation only when it was sent after the token could last arrive', async () => {
      await commit(await take(minted('t1')), aToken('t1', { settlesAt: time + 10_000 }))
      await logout()
      for (const revocation of await claim()) expect(await space.settle(revocation)).toBe(false)
      expect(await claim()).toEqual([])
      time += 10_000
      for (const revocation of await claim()) expect(await space.settle(revocation)).toBe(true)
      expect(await waiting()).toEqual([])
    })
  })

  describe('revocation of all tokens', () => {
    test('comes before any later obtain, and holds the lease while it is under way', async () => {
      await logout()
      const [revocation] = await claim()
      if (!revocation) throw new Error('nothing claimed')
      const step = { key: SHARED, epoch: await epochOf(), intent: ISSUE, leaseMs: LEASE }
      expect(await space.acquire(user, step)).toMatchObject({ kind: 'busy' })
      expect(await space.settle(revocation)).toBe(true)
      expect(await space.acquire(user, step)).toMatchObject({ kind: 'acquired', revokeAllFirst: false })
    })

    test('can be done by the next login, which begins after it', async () => {
      await logout()
      const held = await take()
      expect(held.revokeAllFirst).toBe(true)
      expect(await claim()).toEqual([])
      expect(await space.begin(user, { ...held, intent: ISSUE, leaseMs: LEASE, cleared: true })).toBe(true)
      expect(await waiting()).toEqual([])
      expect(await commit(held, aToken('t1'))).toBe('stored')
    })

    test('gives the lease its full time again when the login begins', async () => {
      await logout()
      const held = await take()
      time += LEASE
      expect(await space.begin(user, { ...held, intent: ISSUE, leaseMs: LEASE, cleared: true })).toBe(true)
      const step = { key: SHARED, epoch: held.epoch, intent: ISSUE, leaseMs: LEASE }
      expect(await space.acquire(user, step)).toMatchObject({ kind: 'busy' })
    })

    test('does not let the login begin when a logout came meanwhile', async () => {
      await logout()
      const held = await take()
      await logout()
      expect(await space.begin(user, { ...held, intent: ISSUE, leaseMs: LEASE, cleared: true })).toBe(false)
      // What was revoked is revoked: nothing has been obtained since.
      expect((await take()).revokeAllFirst).toBe(false)
    })

    test('that a later logout asked for again is not settled by an earlier one', async () => {
      await logout()
      const [earlier] = await claim()
      if (!earlier) throw new Error('nothing claimed')
      await logout(SHARED, true)
      expect(await space.settle(earlier)).toBe(false)
      expect(await waiting()).toEqual(['ALL'])
    })

    test('with an unknown outcome keeps the lease through the horizon', async () => {
      await logout()
      const [revocation] = await claim()
      if (!revocation) throw new Error('nothing claimed')
      await space.retry(revocation, { delayMs: 1, holdUntil: time + 10_000, tried: true })
      const step = { key: SHARED, epoch: await epochOf(), intent: ISSUE, leaseMs: LEASE }
      time += 9_999
      expect(await space.acquire(user, step)).toEqual({ kind: 'busy', heldForMs: 1 })
      expect(await claim()).toEqual([])
      time += 1
      expect(await claim()).toHaveLength(1)
    })
  })

  describe('forget', () => {
    test('drops the tokens without revoking them, and lets the next logout revoke all', async () => {
      await login('t1')
      await space.forget(user)
      expect(await current()).toBeUndefined()
      expect(await waiting()).toEqual([])
      await logout()
      expect(await waiting()).toContain('ALL')
    })
  })

  describe('widen', () => {
    const widen = async () => {
      const [revocation] = await claim()
      if (!revocation) throw new Error('nothing claimed')
      await space.widen(revocation)
    }

    test('turns the revocation of one token into one of all', async () => {
      await login('t1')
      await logout()
      await widen()
      expect(await waiting()).toEqual(['ALL'])
      expect(await take()).toMatchObject({ revokeAllFirst: true })
    })

    test('gives it up when a later token would die with it', async () => {
      await login('t1')
      await logout()
      await login('t2')
      await widen()
      expect(await waiting()).toEqual([])
      expect(await current()).toBe('t2')
    })
  })

  describe('outbox', () => {
    test('hands each revocation to one claimer at a time, and to another when that one is gone', async () => {
      await login('t1')
      await logout()
      expect(await claim()).toHaveLength(1)
      expect(await claim()).toEqual([])
      time += LEASE
      expect(await claim()).toHaveLength(1)
    })

    test('does not count a try that the chat server would have refused to anybody', async () => {
      await login('t1')
      await logout()
      const [revocation] = await claim()
      if (!revocation) throw new Error('nothing claimed')
      await space.retry(revocation, { delayMs: 5_000, holdUntil: undefined, tried: false })
      time += 5_000
      expect(await claim()).toMatchObject([{ attempts: 0 }])
    })

    test('tries a failed one again, not before its delay, and counts', async () => {
      await login('t1')
      await logout()
      const [revocation] = await claim()
      if (!revocation) throw new Error('nothing claimed')
      await space.retry(revocation, { delayMs: 5_000, holdUntil: undefined, tried: true })
      expect(await space.claim({ limit: 1, visibleForMs: LEASE })).toEqual({ revocations: [], nextInMs: 5_000 })
      time += 5_000
      expect(await claim()).toMatchObject([{ userId: user, token: 't1', attempts: 1 }])
    })

    test('gives a revocation up when its token has expired beyond doubt, and not before', async () => {
      await login('t1')
      await logout()
      time += 7 * DAY
      expect(await claim()).toHaveLength(1)
      time += DAY
      expect(await claim()).toEqual([])
      expect(await waiting()).toEqual([])
    })

    test('lists what waits for all users', async () => {
      await login('t1')
      await logout()
      expect(await space.pending()).toMatchObject([{ userId: user, token: 't1', attempts: 0 }])
    })
  })

  describe('sessions', () => {
    const laptop: SessionKey = { session: 'laptop', ownToken: false }
    const phone: SessionKey = { session: 'phone', ownToken: false }

    test('a session that logged out stays out until it logs in again', async () => {
      await logout(laptop)
      expect((await space.read(user, laptop)).loggedOut).toBe(true)
      expect((await space.read(user, phone)).loggedOut).toBe(false)
      await space.admit(user, { session: 'laptop', epoch: await epochOf() })
      expect((await space.read(user, laptop)).loggedOut).toBe(false)
    })

    test('a login that a logout overtook does not let its session in', async () => {
      await logout(laptop)
      const epoch = await epochOf()
      await logout(laptop)
      await space.admit(user, { session: 'laptop', epoch })
      expect((await space.read(user, laptop)).loggedOut).toBe(true)
    })

    test('a session stays out longer than its tokens live', async () => {
      await login('t1', laptop)
      await logout(laptop)
      time += 7 * DAY
      expect((await space.read(user, laptop)).loggedOut).toBe(true)
    })

    test('with tokens of their own, a logout revokes that of its session only', async () => {
      const own = (session: string): SessionKey => ({ session, ownToken: true })
      await login('laptop token', own('laptop'))
      await login('phone token', own('phone'))
      expect(await current(own('laptop'))).toBe('laptop token')
      await logout(own('laptop'))
      expect(await current(own('laptop'))).toBeUndefined()
      expect(await current(own('phone'))).toBe('phone token')
      expect(await waiting()).toEqual(['laptop token'])
    })
  })

  describe('deny', () => {
    test('revokes the current token, at most once in the interval', async () => {
      await login('t1')
      const step = { key: SHARED, token: 't1', intervalMs: 30_000 }
      expect(await space.deny(user, step)).toEqual({ kind: 'denied' })
      expect(await current()).toBeUndefined()
      expect(await waiting()).toEqual(['t1'])
      await login('t2')
      time += 10_000
      expect(await space.deny(user, { ...step, token: 't2' })).toEqual({ kind: 'too-soon', retryInMs: 20_000 })
      time += 20_000
      expect(await space.deny(user, { ...step, token: 't2' })).toEqual({ kind: 'denied' })
    })

    test('ignores any other token', async () => {
      await login('t1')
      expect(await space.deny(user, { key: SHARED, token: 'old', intervalMs: 0 })).toEqual({ kind: 'not-current' })
      expect(await current()).toBe('t1')
    })
  })
}
