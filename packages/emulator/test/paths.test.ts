import { describe, expect, it } from 'vitest'
import { admin, call, codeOf, issued, tokensOf } from './call.js'
import { started } from './started.js'

describe('paths', () => {
  it.each(['POST /admin/clients/', 'POST /admin/clients//'])('may end in slashes: %s', async (target) => {
    const emulator = await started()
    expect((await admin(emulator, target, { _id: 'amy' })).status).toBe(200)
  })

  it.each(['a/b', 'ü €', '100%', '..', '%2F', '?#', '__proto__'])('carry the id %j, decoded once', async (id) => {
    const emulator = await started()
    const token = await issued(emulator, id)
    const segment = encodeURIComponent(id).replaceAll('.', '%2E')
    const reply = await admin(emulator, `DELETE /admin/clients/${segment}/token`, { token })
    expect(reply.status).toBe(200)
    expect(tokensOf(emulator, id)).toEqual([])
  })

  it.each([
    'DELETE /admin/clients/../token',
    'DELETE /admin/clients/./token',
    'DELETE /admin/clients//token',
    'DELETE /admin/x/../clients/amy/token',
    'DELETE /admin/clients/amy/x/../token',
    'DELETE //admin/clients/amy/token',
  ])('are not resolved: %s', async (target) => {
    const emulator = await started()
    await issued(emulator, '..')
    const token = await issued(emulator, 'amy')
    const reply = await admin(emulator, target)
    expect([reply.status, codeOf(reply)]).toEqual([404, 'NOT_FOUND'])
    expect(tokensOf(emulator, 'amy')).toEqual([token])
    expect(tokensOf(emulator, '..')).toHaveLength(1)
  })

  it.each(['%', '%zz', '%ff'])('that are not percent-encoded UTF-8 are refused: %s', async (segment) => {
    const emulator = await started()
    const reply = await admin(emulator, `DELETE /admin/clients/${segment}/token`)
    expect([reply.status, codeOf(reply)]).toEqual([400, 'INVALID_REQUEST'])
  })

  it('nobody knows are not found', async () => {
    const emulator = await started()
    const reply = await admin(emulator, 'GET /admin/rooms')
    expect([reply.status, codeOf(reply)]).toEqual([404, 'NOT_FOUND'])
    expect(reply.body).toMatchObject({ RC: 404 })
  })

  it.each(['PATCH /admin/clients', 'GET /admin/clients/amy/token', 'DELETE /me'])(
    'do not take every method: %s',
    async (target) => {
      const emulator = await started()
      const reply = await admin(emulator, target)
      expect([reply.status, codeOf(reply)]).toEqual([405, 'METHOD_NOT_ALLOWED'])
    },
  )
})

const filled = (bytes: number): string => JSON.stringify({ _id: 'amy', nickname: 'x'.repeat(bytes) })

describe('bodies', () => {
  it('larger than a mebibyte are refused', async () => {
    const emulator = await started()
    const large = await admin(emulator, 'POST /admin/clients', filled(1_048_576))
    expect([large.status, codeOf(large)]).toEqual([413, 'REQUEST_TOO_LARGE'])
    const fitting = await admin(emulator, 'POST /admin/clients', filled(1_048_576 - 40))
    expect(fitting.status).toBe(200)
  })

  it('need no content type', async () => {
    const emulator = await started()
    const headers = { API_KEY: emulator.apiKey }
    expect((await call(emulator.url, 'POST /admin/clients', { headers, body: { _id: 'amy' } })).status).toBe(200)
  })
})
