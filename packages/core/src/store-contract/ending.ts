import type { SessionKey } from '../store/token-store.js'
import { describe, expect, test } from 'vitest'
import { DAY, EXTERNAL, LEASE, SHARED, type Steps } from './steps.js'

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
      expect((await s.logout(EXTERNAL, true)).waiting).toEqual([])
      expect([await s.commit(late, s.aToken('t3', external)), await s.commit(held, s.aToken('t4', external))]).toEqual([
        'late',
        'superseded',
      ])
      expect([await s.waiting(), await s.current()]).toEqual([[], undefined])
    })

    test('of a user this store never saw queues nothing where the chat server is told of no token', async () => {
      expect((await s.logout(EXTERNAL)).waiting).toEqual([])
    })

    test('queues what the chat server was told of before, also where it is told of nothing any more', async () => {
      await s.login('t1')
      await s.logout(EXTERNAL)
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
      await s.commit(await s.take(s.minted('t1')), s.aToken('t1'), 10_000)
      await s.logout()
      for (const revocation of await s.claim()) expect(await s.space.settle(revocation)).toBe(false)
      expect(await s.claim()).toEqual([])
      s.time += 10_000
      for (const revocation of await s.claim()) expect(await s.space.settle(revocation)).toBe(true)
      expect(await s.waiting()).toEqual([])
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
}
