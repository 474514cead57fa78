import { randomUUID } from 'node:crypto'
import type { Purpose, RequestBudget } from '../store/request-budget.js'
import type { TokenStore } from '../store/token-store.js'
import { beforeEach, describe, expect, test } from 'vitest'

const MINUTE = 60_000

/** What the request budget of every store must do. The clock is the contract's own. */
export function budgetContract(factory: () => TokenStore | Promise<TokenStore>): void {
  let budget: RequestBudget
  let time: number

  beforeEach(async () => {
    time = Date.parse('2030-01-01T00:00:00Z')
    budget = (await factory()).budget({ server: randomUUID(), perMinute: 900, now: () => time })
  })

  /** Takes as many as there are, up to `wanted`. */
  async function take(purpose: Purpose, wanted = 2_000): Promise<number> {
    for (let taken = 0; taken < wanted; taken++) if ((await budget.take(purpose)) > 0) return taken
    return wanted
  }

  describe('budget', () => {
    test('lets 800 logins a minute through, and keeps 100 for revocations', async () => {
      expect(await take('login')).toBe(800)
      expect(await take('profile')).toBe(0)
      expect(await take('revocation')).toBe(100)
    })

    test('lets a backlog of revocations have what the logins do not need, but leaves them 400', async () => {
      expect(await take('revocation')).toBe(500)
      expect(await take('login')).toBe(400)
    })

    test('lets profiles wait before anybody else', async () => {
      expect(await take('profile')).toBe(500)
      expect(await take('revocation')).toBe(100)
      expect(await take('login')).toBe(300)
    })

    test('lets everything through when there is no limit', async () => {
      const unlimited = (await factory()).budget({ server: randomUUID(), perMinute: Infinity, now: () => time })
      for (let i = 0; i < 2_000; i++) expect(await unlimited.take('login')).toBe(0)
      await unlimited.pause(1_000)
      expect(await unlimited.take('login')).toBe(1_000)
    })

    test('never lets more than 900 through in any 60 seconds, whatever comes when', { timeout: 60_000 }, async () => {
      const sent: number[] = []
      for (let turn = 0; turn < 400; turn++) {
        time += (turn * 7_919) % 1_700
        const purpose = (['login', 'revocation', 'profile'] as const)[turn % 3]
        const taken = await take(purpose ?? 'login', 20)
        for (let i = 0; i < taken; i++) sent.push(time)
      }
      for (const end of new Set(sent)) {
        expect(sent.filter((at) => at > end - MINUTE && at <= end).length).toBeLessThanOrEqual(900)
      }
    })

    test('says when there is one again, and then there is', async () => {
      await take('login', 1)
      time += 10_000
      await take('login')
      expect(await budget.take('login')).toBe(50_000)
      time += 50_000
      expect(await take('login')).toBe(1)
    })

    test('is paused for everybody when the chat server asks for it', async () => {
      await budget.pause(17_000)
      expect(await budget.take('login')).toBe(17_000)
      expect(await budget.take('revocation')).toBe(17_000)
      time += 17_000
      expect(await budget.take('login')).toBe(0)
    })

    test('keeps the longer of two pauses', async () => {
      await budget.pause(17_000)
      await budget.pause(1_000)
      expect(await budget.take('login')).toBe(17_000)
    })

    test('does not come to a standstill when the clock is set back', async () => {
      await take('login')
      await budget.pause(60_000)
      time -= 86_400_000
      expect(await budget.take('login')).toBe(0)
    })
  })
}
