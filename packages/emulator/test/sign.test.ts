import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import type { DialectName } from '../src/index.js'
import { admin, call, client, codeOf, resultOf, tokensOf } from './call.js'
import { started } from './started.js'

const SIGN = 'POST /auths/sign/v2'

describe.each<DialectName>(['envelope', 'bare'])('POST /auths/sign/v2 in the %s dialect', (dialect) => {
  it('creates the client and issues a token that works', async () => {
    const emulator = await started({ dialect })
    const reply = await admin(emulator, SIGN, { id: 'amy', nickname: 'Amy' })
    expect(reply.status).toBe(200)
    const [token = ''] = tokensOf(emulator, 'amy')
    const claims = decodeJwt(token)
    expect(claims).toMatchObject({ id: 'amy', nickname: 'Amy' })
    expect(resultOf(reply, dialect)).toEqual({
      authType: 'Standalone JWT',
      token,
      expirationDate: emulator.clients()[0]?.tokens[0]?.expirationDate,
      id: 'amy',
      exp: claims.exp,
    })
    expect((await client(emulator, 'GET /me', token)).status).toBe(200)
  })

  it('refuses a body without id', async () => {
    const emulator = await started({ dialect })
    const reply = await admin(emulator, SIGN, { _id: 'amy' })
    expect([reply.status, codeOf(reply)]).toEqual([400, 'INVALID_REQUEST'])
    expect(JSON.stringify(reply.body)).toContain('field: id')
  })

  it('counts no connections, as there are no sockets', async () => {
    const emulator = await started({ dialect })
    const reply = await admin(emulator, 'GET /admin/connection-count')
    expect([reply.status, resultOf(reply, dialect)]).toEqual([200, { count: 0 }])
  })
})

it('POST /auths/sign/v2 is not for whoever has the client key alone, nor for pages', async () => {
  const emulator = await started()
  const headers = { 'IM-CLIENT-KEY': emulator.clientKey, Origin: 'https://app.example' }
  const reply = await call(emulator.url, SIGN, { headers, body: { id: 'amy' } })
  expect([reply.status, codeOf(reply)]).toEqual([401, 'MISSING_API_KEY'])
  expect(reply.headers).not.toHaveProperty('access-control-allow-origin')
  expect(emulator.clients()).toEqual([])
})
