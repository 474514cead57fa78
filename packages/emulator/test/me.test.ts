import { describe, expect, it } from 'vitest'
import type { DialectName } from '../src/index.js'
import { admin, call, client, codeOf, issued, resultOf, tokensOf } from './call.js'
import { started } from './started.js'

const DAY = 86_400_000

describe.each<DialectName>(['envelope', 'bare'])('calls of a chat client in the %s dialect', (dialect) => {
  it('shows a client to itself', async () => {
    const emulator = await started({ dialect })
    await admin(emulator, 'POST /admin/clients', { _id: 'amy', nickname: 'Amy', avatarUrl: 'https://example.com/a' })
    const reply = await client(emulator, 'GET /me/', await issued(emulator, 'amy'))
    expect(reply.status).toBe(200)
    expect(resultOf(reply, dialect)).toMatchObject({
      _id: 'amy',
      id: 'amy',
      nickname: 'Amy',
      avatarUrl: 'https://example.com/a',
      createdAtMS: expect.any(Number),
      updatedAtMS: expect.any(Number),
    })
  })

  it.each(['POST /me/logout', 'POST /me/logout-others'])('says yes to %s', async (target) => {
    const emulator = await started({ dialect })
    const reply = await client(emulator, target, await issued(emulator, 'amy'))
    expect([reply.status, resultOf(reply, dialect)]).toEqual([200, { success: true }])
  })

  it('refuses an unknown token with 401 and RC', async () => {
    const emulator = await started({ dialect })
    const reply = await client(emulator, 'GET /me', 'nonsense')
    expect([reply.status, codeOf(reply)]).toEqual([401, 'UNAUTHORIZED'])
    expect(reply.body).toMatchObject({ RC: 401 })
  })
})

describe('the token of a chat client', () => {
  it.each([
    ['IM-CLIENT-KEY', 'IM-Authorization', ''],
    ['IM-CLIENT-KEY', 'IM-Authorization', 'Bearer '],
    ['CLIENT_KEY', 'Authorization', ''],
    ['CLIENT_KEY', 'Authorization', 'bearer '],
  ])('is taken with %s from %s after %j', async (keyName, tokenName, scheme) => {
    const emulator = await started()
    const token = await issued(emulator, 'amy')
    const headers = { [keyName]: emulator.clientKey, [tokenName]: scheme + token }
    expect((await call(emulator.url, 'GET /me', { headers })).status).toBe(200)
  })

  it('is worth nothing without the right client key', async () => {
    const emulator = await started()
    const token = await issued(emulator, 'amy')
    for (const key of [{}, { 'IM-CLIENT-KEY': 'wrong' }]) {
      const reply = await call(emulator.url, 'GET /me', { headers: { ...key, 'IM-Authorization': token } })
      expect([reply.status, codeOf(reply)]).toEqual([401, 'UNAUTHORIZED'])
    }
  })

  it("lives until its expirationDate by the emulator's clock", async () => {
    const emulator = await started()
    const token = await issued(emulator, 'amy')
    emulator.advance(7 * DAY - 5000)
    expect((await client(emulator, 'GET /me', token)).status).toBe(200)
    emulator.advance(5000)
    expect((await client(emulator, 'GET /me', token)).status).toBe(401)
    expect(tokensOf(emulator, 'amy')).toEqual([])
  })

  it('is refused once it has been revoked', async () => {
    const emulator = await started()
    const token = await issued(emulator, 'amy')
    await admin(emulator, 'DELETE /admin/clients/amy/token', { token })
    expect((await client(emulator, 'GET /me', token)).status).toBe(401)
  })

  it('alone is revoked by POST /me/logout', async () => {
    const emulator = await started()
    const [token, other] = [await issued(emulator, 'amy'), await issued(emulator, 'amy')]
    expect((await client(emulator, 'POST /me/logout', token)).status).toBe(200)
    expect((await client(emulator, 'GET /me', token)).status).toBe(401)
    expect(tokensOf(emulator, 'amy')).toEqual([other])
  })

  it('alone survives POST /me/logout-others', async () => {
    const emulator = await started()
    const tokens = [await issued(emulator, 'amy'), await issued(emulator, 'amy'), await issued(emulator, 'amy')]
    const [first = '', own = '', last = ''] = tokens
    const ofBob = await issued(emulator, 'bob')
    expect((await client(emulator, 'POST /me/logout-others', own)).status).toBe(200)
    expect([tokensOf(emulator, 'amy'), tokensOf(emulator, 'bob')]).toEqual([[own], [ofBob]])
    for (const revoked of [first, last]) expect((await client(emulator, 'GET /me', revoked)).status).toBe(401)
    expect((await client(emulator, 'POST /me/logout-others', last)).status).toBe(401)
  })
})
