import { describe, expect, it } from 'vitest'
import type { DialectName } from '../src/index.js'
import { admin, codeOf, issued, resultOf, tokensOf } from './call.js'
import { started } from './started.js'

const DAY = 86_400_000

/** What the server answers to the revocation of one token. */
function revocationOf(dialect: DialectName, token: string): object {
  const time = expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/)
  const revoked = {
    token,
    createdAt: time,
    updatedAt: time,
    expirationDate: time,
    expirationDateMS: expect.any(Number),
  }
  const answers = {
    envelope: { RC: 0, RM: 'OK', result: { data: [revoked] } },
    bare: { success: true, message: expect.any(String), revokedTokens: 1 },
  }
  return answers[dialect]
}

describe.each<DialectName>(['envelope', 'bare'])('tokens of a client in the %s dialect', (dialect) => {
  it('are added by PUT', async () => {
    const emulator = await started({ dialect })
    const old = await issued(emulator, 'amy')
    const expirationDate = new Date(emulator.now() + DAY).toISOString()
    const reply = await admin(emulator, 'PUT /admin/clients/amy/token', { token: 'mine', expirationDate })
    expect(reply.status).toBe(200)
    expect(resultOf(reply, dialect)).toMatchObject({ _id: 'amy', token: 'mine', expirationDate })
    expect(resultOf(reply, dialect)).toHaveProperty('updatedAt')
    expect(tokensOf(emulator, 'amy')).toEqual([old, 'mine'])
  })

  it('are revoked one by one', async () => {
    const emulator = await started({ dialect })
    const [first, second] = [await issued(emulator, 'amy'), await issued(emulator, 'amy')]
    const reply = await admin(emulator, 'DELETE /admin/clients/amy/token', { token: first })
    expect(reply.status).toBe(200)
    expect(tokensOf(emulator, 'amy')).toEqual([second])
    expect(reply.body).toEqual(revocationOf(dialect, first))
  })

  it('are all revoked by a DELETE that names none', async () => {
    const emulator = await started({ dialect })
    await issued(emulator, 'amy')
    await issued(emulator, 'amy')
    const kept = await issued(emulator, 'bob')
    const reply = await admin(emulator, 'DELETE /admin/clients/amy/token')
    expect(resultOf(reply, dialect)).toMatchObject(
      dialect === 'envelope' ? { data: [{}, {}] } : { success: true, revokedTokens: 2 },
    )
    expect([tokensOf(emulator, 'amy'), tokensOf(emulator, 'bob')]).toEqual([[], [kept]])
  })

  it('do not count once they have expired', async () => {
    const emulator = await started({ dialect })
    await issued(emulator, 'amy')
    emulator.advance(8 * DAY)
    expect(tokensOf(emulator, 'amy')).toEqual([])
    const reply = await admin(emulator, 'DELETE /admin/clients/amy/token')
    expect(resultOf(reply, dialect)).toMatchObject(dialect === 'envelope' ? { data: [] } : { revokedTokens: 0 })
  })

  it('are all revoked with success even when there are none', async () => {
    const emulator = await started({ dialect })
    await admin(emulator, 'POST /admin/clients', { _id: 'amy' })
    const reply = await admin(emulator, 'DELETE /admin/clients/amy/token', {})
    expect(reply.status).toBe(200)
    expect(resultOf(reply, dialect)).toMatchObject(dialect === 'envelope' ? { data: [] } : { revokedTokens: 0 })
  })
})

describe('PUT /admin/clients/{id}/token', () => {
  it('changes a token that the client has, and keeps when it was made', async () => {
    const emulator = await started()
    await admin(emulator, 'POST /admin/clients', { _id: 'amy', token: 'mine' })
    emulator.advance(1000)
    await admin(emulator, 'PUT /admin/clients/amy/token', { token: 'mine' })
    const { data } = resultOf(await admin(emulator, 'DELETE /admin/clients/amy/token'))
    const [{ createdAt, updatedAt }] = data as [{ createdAt: string; updatedAt: string }]
    expect(Date.parse(updatedAt) - Date.parse(createdAt)).toBeGreaterThanOrEqual(1000)
  })

  it('does not create a client', async () => {
    const emulator = await started()
    const reply = await admin(emulator, 'PUT /admin/clients/amy/token', { token: 'mine' })
    expect([reply.status, codeOf(reply)]).toEqual([404, 'CLIENT_NOT_FOUND'])
    expect(emulator.clients()).toEqual([])
  })

  it.each([
    ['no token', {}, 400, 'INVALID_TOKEN'],
    ['a past expirationDate', { token: 'new', expirationDate: '2020-01-01T00:00:00Z' }, 400, 'INVALID_REQUEST'],
    ['the token of another client', { token: 'of bob' }, 409, 'TOKEN_CONFLICT'],
  ])('refuses %s', async (_, body, status, code) => {
    const emulator = await started()
    await admin(emulator, 'POST /admin/clients', { _id: 'amy' })
    await admin(emulator, 'POST /admin/clients', { _id: 'bob', token: 'of bob' })
    const reply = await admin(emulator, 'PUT /admin/clients/amy/token', body)
    expect([reply.status, codeOf(reply)]).toEqual([status, code])
    expect(tokensOf(emulator, 'amy')).toEqual([])
  })
})

describe('DELETE /admin/clients/{id}/token', () => {
  it('tells an unknown client from an unknown token', async () => {
    const emulator = await started()
    const mine = await issued(emulator, 'amy')
    await admin(emulator, 'POST /admin/clients', { _id: 'bob' })
    const nobody = await admin(emulator, 'DELETE /admin/clients/nobody/token', { token: mine })
    expect([nobody.status, codeOf(nobody)]).toEqual([404, 'CLIENT_NOT_FOUND'])
    const notHis = await admin(emulator, 'DELETE /admin/clients/bob/token', { token: mine })
    expect([notHis.status, codeOf(notHis)]).toEqual([404, 'TOKEN_NOT_FOUND'])
    expect(tokensOf(emulator, 'amy')).toEqual([mine])
  })

  it('finds neither a revoked nor an expired token', async () => {
    const emulator = await started()
    const [revoked, expired] = [await issued(emulator, 'amy'), await issued(emulator, 'amy')]
    await admin(emulator, 'DELETE /admin/clients/amy/token', { token: revoked })
    emulator.advance(8 * DAY)
    for (const token of [revoked, expired]) {
      const reply = await admin(emulator, 'DELETE /admin/clients/amy/token', { token })
      expect([reply.status, codeOf(reply)]).toEqual([404, 'TOKEN_NOT_FOUND'])
    }
  })

  it.each(['', null, 7])('does not take %j for a missing token', async (token) => {
    const emulator = await started()
    const mine = await issued(emulator, 'amy')
    const reply = await admin(emulator, 'DELETE /admin/clients/amy/token', { token })
    expect([reply.status, codeOf(reply)]).toEqual([400, 'INVALID_TOKEN'])
    expect(tokensOf(emulator, 'amy')).toEqual([mine])
  })
})
