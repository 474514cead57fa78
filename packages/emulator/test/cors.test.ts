import { describe, expect, it } from 'vitest'
import { admin, call } from './call.js'
import { started } from './started.js'

const origin = 'http://app.example:8080'

describe('a page of another origin', () => {
  it.each(['/me', '/me/logout', '/rooms', '/anything'])('may ask for %s', async (path) => {
    const emulator = await started()
    const reply = await call(emulator.url, `OPTIONS ${path}`, {
      headers: { Origin: origin, 'Access-Control-Request-Headers': 'im-client-key,im-authorization' },
    })
    expect(reply.status).toBe(204)
    expect(reply.headers['access-control-allow-origin']).toBe(origin)
    expect(String(reply.headers['access-control-allow-headers']).split(', ')).toEqual(
      expect.arrayContaining([
        'client_key',
        'im-client-key',
        'im-authorization',
        'authorization',
        'x-timezone',
        'content-type',
      ]),
    )
    expect(reply.headers['access-control-allow-methods']).toContain('POST')
    expect(emulator.requests()).toEqual([])
  })

  it('may read the answers of client calls, errors and faults too', async () => {
    const emulator = await started()
    const read = async (): Promise<unknown> => {
      const reply = await call(emulator.url, 'GET /me', { headers: { Origin: origin } })
      return [reply.status, reply.headers['access-control-allow-origin']]
    }
    expect(await read()).toEqual([401, origin])
    emulator.fault({ match: 'GET /me', kind: 'status', status: 503 })
    expect(await read()).toEqual([503, origin])
  })

  it('may not read the answers of admin calls', async () => {
    const emulator = await started()
    const reply = await admin(emulator, 'GET /admin/clients')
    expect(reply.headers).not.toHaveProperty('access-control-allow-origin')
  })
})
