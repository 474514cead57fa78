import { decodeJwt, decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import type { DialectName } from '../src/index.js'
import { admin, codeOf, resultOf, tokensOf } from './call.js'
import { started } from './started.js'

const DAY = 86_400_000
const iso = (time: number): string => new Date(time).toISOString()

describe.each<DialectName>(['envelope', 'bare'])('POST /admin/clients in the %s dialect', (dialect) => {
  it('issues a JWT with the profile and seven days to live', async () => {
    const emulator = await started({ dialect })
    const before = emulator.now()
    const reply = await admin(emulator, 'POST /admin/clients', {
      _id: 'amy',
      nickname: 'Amy',
      avatarUrl: 'https://example.com/a.png',
      issueAccessToken: true,
    })
    expect(reply.status).toBe(200)
    const result = resultOf(reply, dialect)
    expect(result).toMatchObject({ _id: 'amy', id: 'amy', nickname: 'Amy', issueAccessToken: true })
    const [token = ''] = tokensOf(emulator, 'amy')
    expect(result['token']).toBe(token)
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' })
    const claims = decodeJwt(token)
    expect(claims).toMatchObject({ id: 'amy', nickname: 'Amy', avatarUrl: 'https://example.com/a.png' })
    const expires = Date.parse(String(result['expirationDate']))
    expect(result['expirationDate']).toBe(iso(expires))
    expect(expires - before).toBeGreaterThanOrEqual(7 * DAY)
    expect(expires - before).toBeLessThan(7 * DAY + 5000)
    expect(claims.exp).toBe(Math.floor(expires / 1000))
  })

  it('says what is wrong in status, RC and code', async () => {
    const emulator = await started({ dialect })
    const reply = await admin(emulator, 'POST /admin/clients', { nickname: 'Amy' })
    expect(reply.status).toBe(400)
    const message = 'Missing required field: _id'
    expect(reply.body).toEqual(
      dialect === 'envelope'
        ? { RC: 400, RM: message, error: { code: 'INVALID_REQUEST', message } }
        : { RC: 400, error: 'INVALID_REQUEST', message },
    )
  })

  it('assigns a token of the app', async () => {
    const emulator = await started({ dialect })
    const expirationDate = iso(emulator.now() + DAY)
    const body = { _id: 'amy', nickname: 'Amy', issueAccessToken: false, token: 'mine', expirationDate }
    const reply = await admin(emulator, 'POST /admin/clients', body)
    expect(resultOf(reply, dialect)).toMatchObject(body)
    expect(emulator.clients()).toEqual([
      { _id: 'amy', nickname: 'Amy', tokens: [{ token: 'mine', expirationDate, issued: false }] },
    ])
  })

  it('changes only the profile fields that are sent', async () => {
    const emulator = await started({ dialect })
    await admin(emulator, 'POST /admin/clients', { _id: 'amy', nickname: 'Amy', avatarUrl: 'https://example.com/a' })
    const reply = await admin(emulator, 'POST /admin/clients', { _id: 'amy', nickname: 'Amelia' })
    const result = resultOf(reply, dialect)
    expect(result).toMatchObject({ _id: 'amy', nickname: 'Amelia', avatarUrl: 'https://example.com/a' })
    expect(result).not.toHaveProperty('token')
    expect(emulator.clients()).toMatchObject([{ _id: 'amy', tokens: [] }])
  })
})

describe('POST /admin/clients', () => {
  it('gives a different token each time and keeps them all', async () => {
    const emulator = await started()
    await admin(emulator, 'POST /admin/clients', { _id: 'amy', issueAccessToken: true })
    await admin(emulator, 'POST /admin/clients', { _id: 'amy', issueAccessToken: true })
    const tokens = tokensOf(emulator, 'amy')
    expect(tokens).toHaveLength(2)
    expect(new Set(tokens).size).toBe(2)
  })

  it('signs the stored profile when the request has none', async () => {
    const emulator = await started()
    await admin(emulator, 'POST /admin/clients', { _id: 'amy', nickname: 'Amy' })
    await admin(emulator, 'POST /admin/clients', { _id: 'amy', issueAccessToken: true })
    expect(decodeJwt(tokensOf(emulator, 'amy')[0] ?? '')).toMatchObject({ id: 'amy', nickname: 'Amy' })
  })

  it('assigns for as long as it would issue when no expirationDate is sent', async () => {
    const emulator = await started({ tokenDays: 0.5 })
    const before = emulator.now()
    await admin(emulator, 'POST /admin/clients', { _id: 'amy', token: 'mine' })
    const expires = Date.parse(emulator.clients()[0]?.tokens[0]?.expirationDate ?? '')
    expect(expires - before).toBeGreaterThanOrEqual(DAY / 2)
    expect(expires - before).toBeLessThan(DAY / 2 + 5000)
  })

  it('moves the end of a token that is assigned again to the same client', async () => {
    const emulator = await started()
    const dates = [iso(emulator.now() + DAY), iso(emulator.now() + 2 * DAY)]
    for (const expirationDate of dates) {
      await admin(emulator, 'POST /admin/clients', { _id: 'amy', token: 'mine', expirationDate })
    }
    expect(emulator.clients()[0]?.tokens).toMatchObject([{ token: 'mine', expirationDate: dates[1] }])
  })

  it('refuses a token that another client has, and leaves the profile alone', async () => {
    const emulator = await started()
    await admin(emulator, 'POST /admin/clients', { _id: 'amy', token: 'mine' })
    const reply = await admin(emulator, 'POST /admin/clients', { _id: 'bob', nickname: 'Bob', token: 'mine' })
    expect([reply.status, codeOf(reply)]).toEqual([409, 'TOKEN_CONFLICT'])
    expect(emulator.clients().map(({ _id }) => _id)).toEqual(['amy'])
  })

  it('frees the token of another client when it has expired', async () => {
    const emulator = await started()
    await admin(emulator, 'POST /admin/clients', { _id: 'amy', token: 'mine' })
    emulator.advance(7 * DAY + 5000)
    expect((await admin(emulator, 'POST /admin/clients', { _id: 'bob', token: 'mine' })).status).toBe(200)
    expect([tokensOf(emulator, 'amy'), tokensOf(emulator, 'bob')]).toEqual([[], ['mine']])
  })

  it.each([
    ['no _id', {}, 'INVALID_REQUEST'],
    ['an empty _id', { _id: '' }, 'INVALID_REQUEST'],
    ['a number for _id', { _id: 7 }, 'INVALID_REQUEST'],
    ['a number for nickname', { _id: 'amy', nickname: 7 }, 'INVALID_REQUEST'],
    ['a word for issueAccessToken', { _id: 'amy', issueAccessToken: 'yes' }, 'INVALID_REQUEST'],
    ['neither an issue nor a token', { _id: 'amy', issueAccessToken: false }, 'INVALID_REQUEST'],
    ['both an issue and a token', { _id: 'amy', issueAccessToken: true, token: 'mine' }, 'INVALID_REQUEST'],
    ['an empty token', { _id: 'amy', token: '' }, 'INVALID_TOKEN'],
    ['a number for token', { _id: 'amy', token: 7 }, 'INVALID_TOKEN'],
    ['null for token', { _id: 'amy', token: null }, 'INVALID_TOKEN'],
    ['a past expirationDate', { _id: 'amy', token: 'mine', expirationDate: '2020-01-01T00:00:00Z' }, 'INVALID_REQUEST'],
    ['a vague expirationDate', { _id: 'amy', token: 'mine', expirationDate: 'tomorrow' }, 'INVALID_REQUEST'],
    ['a date without a time', { _id: 'amy', token: 'mine', expirationDate: '2090-01-01' }, 'INVALID_REQUEST'],
    ['a number for expirationDate', { _id: 'amy', token: 'mine', expirationDate: 4e12 }, 'INVALID_REQUEST'],
    ['an array', [], 'INVALID_REQUEST'],
    ['no JSON', '{"_id"', 'INVALID_REQUEST'],
  ])('refuses %s and changes nothing', async (_, body, code) => {
    const emulator = await started()
    const reply = await admin(emulator, 'POST /admin/clients', body)
    expect([reply.status, codeOf(reply)]).toEqual([400, code])
    expect(emulator.clients()).toEqual([])
  })

  it('keeps clients apart whose ids are names of object properties', async () => {
    const emulator = await started()
    for (const id of ['__proto__', 'constructor', 'toString']) {
      await admin(emulator, 'POST /admin/clients', `{"_id": "${id}", "token": "token of ${id}"}`)
    }
    expect(tokensOf(emulator, '__proto__')).toEqual(['token of __proto__'])
    expect(emulator.clients()).toHaveLength(3)
  })
})
