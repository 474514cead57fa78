import { connect } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { admin, call, client, issued } from './call.js'
import { started } from './started.js'

describe('the request log', () => {
  it('has every request in order, with what came and how it ended', async () => {
    const emulator = await started()
    const before = emulator.now()
    await admin(emulator, 'POST /admin/clients/?x=1', { _id: 'amy', nickname: 'Amy' })
    await call(emulator.url, 'OPTIONS /me')
    await call(emulator.url, 'GET /.well-known/imkit-emulator')
    await client(emulator, 'GET /me', 'unknown')
    expect(emulator.requests()).toMatchObject([
      { n: 1, method: 'POST', path: '/admin/clients', body: { _id: 'amy', nickname: 'Amy' }, status: 200 },
      { n: 2, method: 'GET', path: '/me', body: null, status: 401 },
    ])
    expect(emulator.requests()[0]?.at).toBeGreaterThanOrEqual(before)
    expect(emulator.requests(1).map(({ n }) => n)).toEqual([2])
    expect(emulator.requests()[0]).not.toHaveProperty('fault')
  })

  it('shows of a key or token only the ends and the length', async () => {
    const apiKey = 'an-api-key-of-thirty-characters'
    const emulator = await started({ apiKey })
    const token = await issued(emulator, 'amy')
    const opaque = 'opaque-token-chosen-by-the-app'
    await client(emulator, 'GET /me', token)
    await call(emulator.url, 'GET /me', { headers: { Authorization: `Bearer ${opaque}`, API_KEY: apiKey } })
    await admin(emulator, 'POST /admin/clients', { _id: 'amy', token: opaque })
    await admin(emulator, 'POST /admin/clients', {
      _id: 'amy',
      nickname: `${token} ${apiKey}`,
      deep: [{ tokens: [opaque] }],
    })
    await admin(emulator, `DELETE /admin/clients/${token}/token`, { token })
    await admin(emulator, 'POST /admin/clients', `{"token": "${opaque}"`)
    const shown = JSON.stringify(emulator.requests())
    for (const secret of [apiKey, token, opaque]) expect(shown).not.toContain(secret)
    expect(emulator.requests()).toMatchObject([
      { headers: { 'im-api-key': 'an-a…ters (31)' } },
      { headers: { 'im-authorization': `${token.slice(0, 4)}…${token.slice(-4)} (${token.length})` } },
      { headers: { authorization: 'Bearer opaq…-app (30)' } },
      { body: { token: 'opaq…-app (30)' } },
      {},
      {},
      { body: expect.stringContaining('malformed') },
    ])
  })

  it('shows of a short secret only the length', async () => {
    const emulator = await started({ apiKey: 'short' })
    await admin(emulator, 'PUT /admin/clients/amy/token', { token: 'tiny' })
    expect(emulator.requests()).toMatchObject([{ headers: { 'im-api-key': '…(5)' }, body: { token: '…(4)' } }])
  })

  it('says 0 for a caller who hung up before the end of the body', async () => {
    const emulator = await started()
    const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
    socket.write('POST /admin/clients HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"_id"')
    await vi.waitFor(() => expect(emulator.requests()).toMatchObject([{ status: null, body: null }]))
    socket.destroy()
    await vi.waitFor(() => expect(emulator.requests()).toMatchObject([{ status: 0 }]))
  })
})
