import type { SessionKey } from '../store/token-store.js'
import { describe, expect, test } from 'vitest'
import { DAY, ISSUE, LEASE, SHARED, type Steps } from './steps.js'

/** How tokens are ended: what a logout takes, and what it leaves to be revoked. */
export function endingContract(s: Steps): void {
  describe('logout', () => {
    test('takes the tokens and queues their revocations, by name', async () => {
      await s.login('t1')
      const { waiting, claimed } = await s.logout()
      expect(waiting).toHaveLength(1)
      expect(claimed).toEqual([])
      expect(await s.current()).toBeUndefined()
      expect(await s.waiting()).toEqual(['t1'])
    })

    test('of a user this store never saw revokes all their tokens', async () => {
      await s.logout()
      expect(await s.waiting()).toEqual(['ALL'])
    })

    test('of a user who has logged out already queues nothing', async () => {
      await s.login('t1')
      await s.logout()
      for (const revocation of await s.claim()) await s.space.settle(revocation)
      expect((await s.logout()).waiting).toEqual([])
    })

    test('claims what is due for whoever logged out, when they ask for it', async () => {
      await s.login('t1')
      const { waiting, claimed } = await s.logout(SHARED, false, LEASE)
      expect(claimed).toMatchObject([{ id: waiting[0], userId: s.user, token: 't1' }])
      expect(await s.claim()).toEqual([])
      for (const revocation of claimed) expect(await s.space.settle(revocation)).toBe(true)
      expect(await s.waiting()).toEqual([])
    })

    test('queues nothing for a token in the making that the chat server will not be told of', async () => {
      await s.login('t0')
      s.time += 6 * DAY
      const held = await s.take('none')
      await s.logout()
      expect(await s.waiting()).toEqual(['t0'])
      expect(await s.commit(held, s.aToken('t1'))).toBe('superseded')
    })

    test('queues nothing for tokens that the chat server was never told of', async () => {
      const external = { external: true }
      await s.commit(await s.take('none'), s.aToken('t1', external))
      s.time += 6 * DAY
      await s.commit(await s.take('none'), s.aToken('t2', external))
      s.time += 6 * DAY
      const late = await s.take('none')
      s.time += LEASE
      const held = await s.take('none')
      expect((await s.logout(SHARED, true, 0, true)).waiting).toEqual([])
      expect([await s.commit(late, s.aToken('t3', external)), await s.commit(held, s.aToken('t4', external))]).toEqual([
        'late',
        'superseded',
      ])
      expect([await s.waiting(), await s.current()]).toEqual([[], undefined])
    })

    test('of a user this store never saw queues nothing where the chat server is told of no token', async () => {
      expect((await s.logout(SHARED, false, 0, true)).waiting).toEqual([])
    })

    test('queues what the chat server was told of before, also where it is told of nothing any more', async () => {
      await s.login('t1')
      await s.logout(SHARED, false, 0, true)
      expect(await s.waiting()).toEqual(['t1'])
    })

    test('with everything revokes all tokens, known and unknown', async () => {
      await s.login('t1')
      await s.logout(SHARED, true)
      expect(await s.waiting()).toEqual(['ALL', 't1'])
    })

    test('forgets no token that has expired too recently to be sure', async () => {
      await s.login('t1')
      s.time += 7 * DAY + 1
      await s.logout()
      expect(await s.waiting()).toEqual(['t1'])
    })

    test('queues nothing for a token that is long gone', async () => {
      await s.login('t1')
      s.time += 8 * DAY
      await s.logout()
      expect(await s.waiting()).toEqual([])
    })

    test('queues the token that is being assigned, to be revoked again once its owner is done', async () => {
      await s.login('t0')
      s.time += 6 * DAY
      const held = await s.take(s.minted('t1'))
      await s.logout()
      const early = (await s.claim()).filter(({ token }) => token === 't1')
      for (const revocation of early) expect(await s.space.settle(revocation)).toBe(false)
      expect(await s.commit(held, s.aToken('t1'))).toBe('superseded')
      const again = (await s.claim()).filter(({ token }) => token === 't1')
      expect(again).toHaveLength(1)
      for (const revocation of again) expect(await s.space.settle(revocation)).toBe(true)
    })

    test('counts a revocation only when it was sent after the token could last arrive', async () => {
      await s.commit(await s.take(s.minted('t1')), s.aToken('t1', { settlesAt: s.time + 10_000 }))
      await s.logout()
      for (const revocation of await s.claim()) expect(await s.space.settle(revocation)).toBe(false)
      expect(await s.claim()).toEqual([])
      s.time += 10_000
      for (const revocation of await s.claim()) expect(await s.space.settle(revocation)).toBe(true)
      expect(await s.waiting()).toEqual([])
    })
  })

  describe('revocation of all tokens', () => {
    test('comes before any later obtain, and holds the lease while it is under way', async () => {
      await s.logout()
      const revocation = await s.claimOne()
      const step = { key: SHARED, epoch: await s.epochOf(), intent: ISSUE, leaseMs: LEASE }
      expect(await s.space.acquire(s.user, step)).toMatchObject({ kind: 'busy' })
      expect(await s.space.settle(revocation)).toBe(true)
      expect(await s.space.acquire(s.user, step)).toMatchObject({ kind: 'acquired', revokeAllFirst: false })
    })

    test('can be done by the next login, which begins after it', async () => {
      await s.logout()
      const held = await s.take()
      expect(held.revokeAllFirst).toBe(true)
      expect(await s.claim()).toEqual([])
      expect(await s.space.begin(s.user, { ...held, intent: ISSUE, leaseMs: LEASE, cleared: true })).toBe(true)
      expect(await s.waiting()).toEqual([])
      expect(await s.commit(held, s.aToken('t1'))).toBe('stored')
    })

    test('gives the lease its full time again when the login begins', async () => {
      await s.logout()
      const held = await s.take()
      s.time += LEASE
      expect(await s.space.begin(s.user, { ...held, intent: ISSUE, leaseMs: LEASE, cleared: true })).toBe(true)
      const step = { key: SHARED, epoch: held.epoch, intent: ISSUE, leaseMs: LEASE }
      expect(await s.space.acquire(s.user, step)).toMatchObject({ kind: 'busy' })
    })

    test('does not let the login begin when a logout came meanwhile', async () => {
      await s.logout()
      const held = await s.take()
      await s.logout()
      expect(await s.space.begin(s.user, { ...held, intent: ISSUE, leaseMs: LEASE, cleared: true })).toBe(false)
      // What was revoked is revoked: nothing has been obtained since.
      expect((await s.take()).revokeAllFirst).toBe(false)
    })

    test('that a later logout asked for again is not settled by an earlier one', async () => {
      await s.logout()
      const earlier = await s.claimOne()
      await s.logout(SHARED, true)
      expect(await s.space.settle(earlier)).toBe(false)
      expect(await s.waiting()).toEqual(['ALL'])
    })

    test('with an unknown outcome keeps the lease through the horizon', async () => {
      await s.logout()
      const revocation = await s.claimOne()
      await s.space.retry(revocation, { delayMs: 1, holdUntil: s.time + 10_000, tried: true })
      const step = { key: SHARED, epoch: await s.epochOf(), intent: ISSUE, leaseMs: LEASE }
      s.time += 9_999
      expect(await s.space.acquire(s.user, step)).toEqual({ kind: 'busy', heldForMs: 1 })
      expect(await s.claim()).toEqual([])
      s.time += 1
      expect(await s.claim()).toHaveLength(1)
    })
  })

  describe('forget', () => {
    test('drops the tokens without revoking them, and lets the next logout revoke all', async () => {
      await s.login('t1')
      await s.space.forget(s.user)
      expect(await s.current()).toBeUndefined()
      expect(await s.waiting()).toEqual([])
      await s.logout()
      expect(await s.waiting()).toContain('ALL')
    })
  })

  describe('widen', () => {
    const widen = async () => {
      await s.space.widen(await s.claimOne())
    }

    test('turns the revocation of one token into one of all', async () => {
      await s.login('t1')
      await s.logout()
      await widen()
      expect(await s.waiting()).toEqual(['ALL'])
      expect(await s.take()).toMatchObject({ revokeAllFirst: true })
    })

    test('gives it up when a later token would die with it', async () => {
      await s.login('t1')
      await s.logout()
      await s.login('t2')
      await widen()
      expect(await s.waiting()).toEqual([])
      expect(await s.current()).toBe('t2')
    })
  })

  describe('sessions', () => {
    const laptop: SessionKey = { session: 'laptop', ownToken: false }
    const phone: SessionKey = { session: 'phone', ownToken: false }

    test('a session that logged out stays out until it logs in again', async () => {
      await s.logout(laptop)
      expect((await s.space.read(s.user, laptop)).loggedOut).toBe(true)
      expect((await s.space.read(s.user, phone)).loggedOut).toBe(false)
      const admitted = await s.space.admit(s.user, { key: laptop, epoch: await s.epochOf() })
      expect(admitted).toEqual(await s.space.read(s.user, laptop))
      expect(admitted.loggedOut).toBe(false)
    })

    test('a login that a logout overtook does not let its session in', async () => {
      await s.logout(laptop)
      const epoch = await s.epochOf()
      await s.logout(laptop)
      await s.space.admit(s.user, { key: laptop, epoch })
      expect((await s.space.read(s.user, laptop)).loggedOut).toBe(true)
    })

    test('a session stays out longer than its tokens live', async () => {
      await s.login('t1', laptop)
      await s.logout(laptop)
      s.time += 7 * DAY
      expect((await s.space.read(s.user, laptop)).loggedOut).toBe(true)
    })

    test('with tokens of their own, a logout revokes that of its session only', async () => {
      const own = (session: string): SessionKey => ({ session, ownToken: true })
      await s.login('laptop token', own('laptop'))
      await s.login('phone token', own('phone'))
      expect(await s.current(own('laptop'))).toBe('laptop token')
      await s.logout(own('laptop'))
      expect(await s.current(own('laptop'))).toBeUndefined()
      expect(await s.current(own('phone'))).toBe('phone token')
      expect(await s.waiting()).toEqual(['laptop token'])
    })
  })

  describe('deny', () => {
    test('revokes the current token, at most once in the interval', async () => {
      await s.login('t1')
      const step = { key: SHARED, token: 't1', intervalMs: 30_000 }
      expect(await s.space.deny(s.user, step)).toEqual({ kind: 'denied' })
      expect(await s.current()).toBeUndefined()
      expect(await s.waiting()).toEqual(['t1'])
      await s.login('t2')
      s.time += 10_000
      expect(await s.space.deny(s.user, { ...step, token: 't2' })).toEqual({ kind: 'too-soon', retryInMs: 20_000 })
      s.time += 20_000
      expect(await s.space.deny(s.user, { ...step, token: 't2' })).toEqual({ kind: 'denied' })
    })

    test('of a minted token is remembered by its id, until a logout refuses everything from before', async () => {
      await s.login('t1')
      await s.space.deny(s.user, { key: SHARED, token: 't1', id: 'id 1', intervalMs: 0 })
      await s.login('t2')
      expect(await s.denied()).toEqual(['id 1'])
      s.time += 7 * DAY
      expect(await s.denied(), 'a clock that differs').toEqual(['id 1'])
      const before = await s.epochOf()
      await s.logout()
      expect(await s.denied()).toEqual([])
      expect(await s.epochOf()).toBeGreaterThan(before)
    })

    test('of more minted tokens than are remembered refuses everything from before', async () => {
      const before = await s.epochOf()
      const deny = async (i: number) => {
        await s.login(`t${i}`)
        await s.space.deny(s.user, { key: SHARED, token: `t${i}`, id: `id ${i}`, intervalMs: 0 })
      }
      for (let i = 0; i < 100; i++) await deny(i)
      expect([await s.epochOf(), (await s.denied()).length]).toEqual([before, 100])
      await deny(100)
      expect(await s.epochOf()).toBeGreaterThan(before)
      expect([await s.denied(), await s.current()]).toEqual([[], undefined])
    })

    test('ignores any other token', async () => {
      await s.login('t1')
      expect(await s.space.deny(s.user, { key: SHARED, token: 'old', intervalMs: 0 })).toEqual({ kind: 'not-current' })
      expect(await s.current()).toBe('t1')
    })
  })
}
