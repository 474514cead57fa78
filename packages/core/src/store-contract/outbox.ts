import { describe, expect, test } from 'vitest'
import { DAY, LEASE, type Steps } from './steps.js'

/** How revocations are handed out until they are done. */
export function outboxContract(s: Steps): void {
  describe('outbox', () => {
    test('hands each revocation to one claimer at a time, and to another when that one is gone', async () => {
      await s.login('t1')
      await s.logout()
      expect(await s.claim()).toHaveLength(1)
      expect(await s.claim()).toEqual([])
      s.time += LEASE
      expect(await s.claim()).toHaveLength(1)
    })

    test('lets nobody settle what has been handed out again since', async () => {
      await s.login('t1')
      await s.logout()
      const stalled = await s.claimOne()
      s.time += LEASE
      const claimed = await s.claimOne()
      expect(await s.space.settle(stalled)).toBe(false)
      await s.space.retry(stalled, { delayMs: 0, holdForMs: undefined, tried: true })
      expect(await s.claim()).toEqual([])
      expect(await s.space.settle(claimed)).toBe(true)
    })

    test('does not count a try that the chat server would have refused to anybody', async () => {
      await s.login('t1')
      await s.logout()
      const revocation = await s.claimOne()
      await s.space.retry(revocation, { delayMs: 5_000, holdForMs: undefined, tried: false })
      s.time += 5_000
      expect(await s.claim()).toMatchObject([{ attempts: 0 }])
    })

    test('tries a failed one again, not before its delay, and counts', async () => {
      await s.login('t1')
      await s.logout()
      const revocation = await s.claimOne()
      await s.space.retry(revocation, { delayMs: 5_000, holdForMs: undefined, tried: true })
      expect(await s.space.claim({ limit: 1, visibleForMs: LEASE })).toEqual({ revocations: [], nextInMs: 5_000 })
      s.time += 5_000
      expect(await s.claim()).toMatchObject([{ userId: s.user, token: 't1', attempts: 1 }])
    })

    test('gives a revocation up when its token has expired beyond doubt, and not before', async () => {
      await s.login('t1')
      await s.logout()
      s.time += 7 * DAY
      expect(await s.claim()).toHaveLength(1)
      s.time += DAY
      expect(await s.claim()).toEqual([])
      expect(await s.waiting()).toEqual([])
    })

    test('lists what waits for all users', async () => {
      await s.login('t1')
      await s.logout()
      expect(await s.everybodyWaiting()).toMatchObject([{ userId: s.user, token: 't1', attempts: 0 }])
    })
  })
}
