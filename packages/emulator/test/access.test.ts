import { describe, expect, it } from 'vitest'
import type { DialectName } from '../src/index.js'
import { admin, call, codeOf } from './call.js'
import { started } from './started.js'

describe('the API key', () => {
  it.each(['IM-API-KEY', 'API_KEY', 'im-api-key'])('is taken from %s', async (name) => {
    const emulator = await started({ apiKey: 'right' })
    const reply = await call(emulator.url, 'GET /admin/clients', { headers: { [name]: 'right' } })
    expect(reply.status).toBe(200)
  })

  it.each([
    ['GET /admin/clients'],
    ['POST /admin/clients'],
    ['POST /admin/clients/list'],
    ['PUT /admin/clients/amy/token'],
    ['DELETE /admin/clients/amy/token'],
    ['GET /admin/connection-count'],
    ['POST /auths/sign/v2'],
  ])('is needed by %s', async (target) => {
    const emulator = await started()
    const without = await call(emulator.url, target)
    expect([without.status, codeOf(without)]).toEqual([401, 'MISSING_API_KEY'])
    const wrong = await call(emulator.url, target, { headers: { 'IM-API-KEY': 'wrong' } })
    expect([wrong.status, codeOf(wrong)]).toEqual([401, 'INVALID_API_KEY'])
  })

  it('is judged before the body', async () => {
    const emulator = await started()
    const reply = await call(emulator.url, 'POST /admin/clients', { body: 'no JSON' })
    expect(codeOf(reply)).toBe('MISSING_API_KEY')
  })
})

describe.each<DialectName>(['envelope', 'bare'])('the rate limit in the %s dialect', (dialect) => {
  it("refuses what is too much until a minute has passed by the emulator's clock", async () => {
    const emulator = await started({ dialect, rateLimit: 2 })
    await admin(emulator, 'GET /admin/clients')
    emulator.advance(20_000)
    await admin(emulator, 'POST /admin/clients', { _id: 'amy' })
    const reply = await admin(emulator, 'POST /admin/clients', { _id: 'bob' })
    expect([reply.status, codeOf(reply)]).toEqual([429, 'RATE_LIMIT_EXCEEDED'])
    const { retryAfter } = reply.body as { retryAfter: number }
    expect(retryAfter).toBeGreaterThan(35)
    expect(retryAfter).toBeLessThanOrEqual(40)
    expect(reply.headers).not.toHaveProperty('retry-after')
    expect(emulator.clients().map(({ _id }) => _id)).toEqual(['amy'])
    emulator.advance(retryAfter * 1000)
    expect((await admin(emulator, 'GET /admin/clients')).status).toBe(200)
  })

  it('does not count what has a wrong key', async () => {
    const emulator = await started({ dialect, rateLimit: 1 })
    for (let n = 0; n < 3; n += 1) {
      await call(emulator.url, 'GET /admin/clients', { headers: { 'IM-API-KEY': 'wrong' } })
    }
    expect((await admin(emulator, 'GET /admin/clients')).status).toBe(200)
  })
})

it('has no rate limit when that is 0', async () => {
  const emulator = await started({ rateLimit: 0 })
  const replies = await Promise.all(Array.from({ length: 1001 }, () => admin(emulator, 'GET /admin/clients')))
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
})
