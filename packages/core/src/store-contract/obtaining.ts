import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { DAY, ISSUE, LEASE, SHARED, SILENT, type Steps } from './steps.js'

/** How a token is obtained: who may, and what is stored. */
export function obtainingContract(s: Steps): void {
  describe('read', () => {
    test('knows nothing of a new user, except an epoch that starts from the clock', async () => {
      const state = await s.space.read(s.user, SHARED)
      expect(state).toMatchObject({ token: undefined, loggedOut: false })
      expect(state.epoch).toBeGreaterThanOrEqual(s.time)
    })

    test('answers the same epoch until a logout raises it', async () => {
      const before = await s.epochOf()
      await s.login('t1')
      expect(await s.epochOf()).toBe(before)
      await s.logout()
      expect(await s.epochOf()).toBeGreaterThan(before)
    })

    test('answers what was true then: nothing that happens later changes it', async () => {
      await s.login('t1')
      const before = await s.space.read(s.user, SHARED)
      const { epoch } = before
      await s.space.profile(s.user, { nickname: 'Ami', avatarUrl: undefined })
      await s.commit(await s.take(undefined, { session: 'other', ownToken: true }), s.aToken('t2'))
      await s.logout()
      expect(before).toMatchObject({ epoch, loggedOut: false, nickname: 'Amy' })
      expect(before.token?.token).toBe('t1')
    })

    test('keeps spaces apart', async () => {
      await s.login('t1')
      const other = s.store.open({ server: randomUUID(), namespace: '', now: s.now, listener: SILENT })
      expect((await other.read(s.user, SHARED)).token).toBeUndefined()
      await other.close()
    })

    test('treats hostile ids as plain keys', async () => {
      for (const id of ['__proto__', 'constructor', 'a:b', '{x}', '%', '🦊']) {
        s.user = id
        await s.login(`token of ${id}`)
      }
      for (const id of ['__proto__', 'constructor', 'a:b', '{x}', '%', '🦊']) {
        s.user = id
        expect(await s.current()).toBe(`token of ${id}`)
      }
    })
  })

  describe('acquire', () => {
    test('gives the lease to one owner at a time, until it runs out', async () => {
      const { epoch, fence } = await s.take()
      const step = { key: SHARED, epoch, intent: ISSUE, leaseMs: LEASE }
      expect(await s.space.acquire(s.user, step)).toMatchObject({ kind: 'busy' })
      s.time += LEASE
      const next = await s.space.acquire(s.user, step)
      expect(next.kind).toBe('acquired')
      expect(next.kind === 'acquired' && next.fence).toBeGreaterThan(fence)
    })

    test('answers a fresh token that somebody else obtained meanwhile', async () => {
      await s.login('t1')
      const step = { key: SHARED, epoch: await s.epochOf(), intent: ISSUE, leaseMs: LEASE }
      expect(await s.space.acquire(s.user, step)).toMatchObject({ kind: 'hit', token: { token: 't1' } })
    })

    test('gives the lease when the token is due for renewal', async () => {
      await s.login('t1')
      s.time += 6 * DAY
      expect((await s.take()).revokeAllFirst).toBe(false)
    })

    test('is superseded by a logout since the epoch was read', async () => {
      const epoch = await s.epochOf()
      await s.logout()
      const step = { key: SHARED, epoch, intent: ISSUE, leaseMs: LEASE }
      expect(await s.space.acquire(s.user, step)).toEqual({ kind: 'superseded' })
    })

    test('turns the minted token of a crashed owner into a revocation', async () => {
      await s.login('t0')
      await s.logout()
      await s.take(s.minted('t1'))
      s.time += LEASE
      await s.take(s.minted('t2'))
      expect(await s.waiting()).toEqual(['t0', 't1'])
    })

    test('wakes those who wait for the lease', async () => {
      const held = await s.take()
      const step = { key: SHARED, epoch: held.epoch, intent: ISSUE, leaseMs: LEASE }
      expect(await s.space.acquire(s.user, step)).toMatchObject({ kind: 'busy' })
      const waited = s.space.released(s.user, 10_000).then(() => 'woken')
      await s.commit(held, s.aToken('t1'))
      expect(await waited).toBe('woken')
    })
  })

  describe('commit', () => {
    test('stores the token and gives the lease back', async () => {
      expect(await s.login('t1')).toBe('stored')
      expect(await s.current()).toBe('t1')
      expect((await s.space.read(s.user, SHARED)).nickname).toBe('Amy')
      s.time += 6 * DAY
      await s.take()
    })

    test('of a result that a logout overtook stores nothing and queues that token', async () => {
      await s.login('t0')
      s.time += 6 * DAY
      const held = await s.take()
      await s.logout()
      expect(await s.commit(held, s.aToken('t1'))).toBe('superseded')
      expect(await s.current()).toBeUndefined()
      expect(await s.waiting()).toContain('t1')
    })

    test('by an owner who lost the lease stores nothing and queues that token', async () => {
      const slow = await s.take()
      s.time += LEASE
      const quick = await s.take()
      await s.commit(quick, s.aToken('quick'))
      expect(await s.commit(slow, s.aToken('slow'))).toBe('late')
      expect(await s.current()).toBe('quick')
      expect(await s.waiting()).toEqual(['slow'])
    })

    test('keeps the lease through the horizon when an earlier send may still arrive', async () => {
      const held = await s.take()
      await s.commit(held, s.aToken('t1'), 10_000)
      await s.logout()
      const step = { key: SHARED, epoch: await s.epochOf(), intent: ISSUE, leaseMs: LEASE }
      expect(await s.space.acquire(s.user, step)).toMatchObject({ kind: 'busy' })
      s.time += 10_000
      expect((await s.space.acquire(s.user, step)).kind).toBe('acquired')
    })

    test('remembers the older tokens of a user until they expire', async () => {
      for (const name of ['t1', 't2', 't3']) {
        await s.login(name)
        s.time += 6 * DAY
      }
      await s.logout()
      expect(await s.waiting()).toEqual(['t3'])
    })

    test('remembers at most four live tokens and revokes the oldest', async () => {
      for (const name of ['t1', 't2', 't3', 't4', 't5']) {
        await s.commit(await s.take(), s.aToken(name, { renewBefore: 7 * DAY }))
      }
      expect(await s.waiting()).toEqual(['t1'])
      await s.logout()
      expect(await s.waiting()).toEqual(['t1', 't2', 't3', 't4', 't5'])
    })
  })

  describe('release', () => {
    test('after a plain failure leaves no trace', async () => {
      await s.login('t0')
      s.time += 6 * DAY
      const { fence } = await s.take()
      await s.space.release(s.user, { fence, holdForMs: undefined })
      await s.logout()
      expect(await s.waiting()).toEqual(['t0'])
      expect((await s.take()).revokeAllFirst).toBe(false)
    })

    test('after an ambiguous issue keeps the lease through the horizon and makes the next logout revoke all', async () => {
      await s.login('t0')
      s.time += 6 * DAY
      const { epoch, fence } = await s.take()
      await s.space.release(s.user, { fence, holdForMs: 10_000 })
      expect((await s.space.acquire(s.user, { key: SHARED, epoch, intent: ISSUE, leaseMs: LEASE })).kind).toBe('busy')
      await s.logout()
      expect(await s.waiting()).toEqual(['ALL', 't0'])
      expect((await s.claim()).map(({ token }) => token)).toEqual(['t0'])
      s.time += 10_000
      expect((await s.claim()).map(({ token }) => token)).toEqual([undefined])
    })

    test('by an owner who lost the lease changes nothing', async () => {
      const slow = await s.take()
      s.time += LEASE
      const quick = await s.take()
      await s.space.release(s.user, { fence: slow.fence, holdForMs: undefined })
      const step = { key: SHARED, epoch: quick.epoch, intent: ISSUE, leaseMs: LEASE }
      expect(await s.space.acquire(s.user, step)).toMatchObject({ kind: 'busy' })
    })
  })
}
