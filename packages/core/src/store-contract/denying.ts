import { describe, expect, test } from 'vitest'
import { DAY, SHARED, type Steps } from './steps.js'

/** How a page gets rid of a token that was refused. */
export function denyingContract(s: Steps): void {
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
