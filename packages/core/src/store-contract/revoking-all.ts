import { describe, expect, test } from 'vitest'
import { ISSUE, LEASE, SHARED, type Steps } from './steps.js'

/** How tokens that nobody can name are ended: all of a user's at once, in the right order. */
export function revokingAllContract(s: Steps): void {
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
      await s.space.retry(revocation, { delayMs: 1, holdForMs: 10_000, tried: true })
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
}
