import { describe, expect, it } from 'vitest'
import { admin, call, issued } from './call.js'
import { started } from './started.js'

const DAY = 86_400_000

describe('the control port', () => {
  it('says what it can do', async () => {
    const emulator = await started()
    const reply = await call(emulator.controlUrl, 'GET /')
    expect(reply.body).toMatchObject({ emulator: true, url: emulator.url, controlUrl: emulator.controlUrl })
    expect(JSON.stringify(reply.body)).toContain('POST /faults')
  })

  it('shows clients with their live tokens', async () => {
    const emulator = await started()
    await issued(emulator, 'amy')
    const reply = await call(emulator.controlUrl, 'GET /clients')
    expect(reply.body).toEqual({ clients: emulator.clients() })
  })

  it('shows requests, all or those after one', async () => {
    const emulator = await started()
    await issued(emulator, 'amy')
    await issued(emulator, 'bob')
    const all = await call(emulator.controlUrl, 'GET /requests')
    expect(all.body).toEqual({ requests: emulator.requests() })
    const later = await call(emulator.controlUrl, 'GET /requests?since=1')
    expect(later.body).toMatchObject({ requests: [{ n: 2 }] })
  })

  it('makes and clears faults', async () => {
    const emulator = await started()
    const body = { match: 'GET /admin/clients', kind: 'status', status: 503 }
    expect((await call(emulator.controlUrl, 'POST /faults', { body })).status).toBe(200)
    expect((await admin(emulator, 'GET /admin/clients')).status).toBe(503)
    expect((await call(emulator.controlUrl, 'DELETE /faults')).status).toBe(200)
    expect((await admin(emulator, 'GET /admin/clients')).status).toBe(200)
  })

  it.each([
    { kind: 'status', status: 429, retryAfter: null },
    { kind: 'delay-before', ms: 1 },
    { kind: 'act-late', ms: 1 },
    { kind: 'reset-before' },
    { kind: 'reset-after-acting' },
    { kind: 'hang', status: 503, bytes: 1 },
    { kind: 'slow-headers', ms: 1 },
    { kind: 'slow-body', ms: 1 },
    { kind: 'truncate' },
    { kind: 'html', status: 502 },
    { kind: 'huge', bytes: 2_000_000 },
    { kind: 'gzip-bomb', bytes: 2_000_000 },
    { kind: 'redirect', status: 301 },
    { kind: 'bad-expiration', expirationDate: 'past' },
    { kind: 'wrong-id' },
    { kind: 'no-token' },
    { kind: 'clock-skew', ms: -1000 },
  ])('takes the fault %j', async (rule) => {
    const emulator = await started()
    expect((await call(emulator.controlUrl, 'POST /faults', { body: { match: '*', ...rule } })).status).toBe(200)
    const caller = new AbortController()
    const reply = admin(emulator, 'POST /admin/clients', { _id: 'amy' }, caller.signal).catch(() => {})
    await expect.poll(() => emulator.requests()[0]?.fault).toBe(rule.kind)
    caller.abort()
    await reply
  })

  it('moves the clock', async () => {
    const emulator = await started()
    const reply = await call(emulator.controlUrl, 'POST /clock', { body: { advanceMs: 8 * DAY } })
    expect(reply.status).toBe(200)
    expect(emulator.now() - Date.now()).toBeGreaterThan(7 * DAY)
  })

  it('shuts and opens the chat port', async () => {
    const emulator = await started()
    await call(emulator.controlUrl, 'POST /listener', { body: { accept: false } })
    await expect(call(emulator.url, 'GET /me')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await call(emulator.controlUrl, 'POST /listener', { body: { accept: true } })
    expect((await call(emulator.url, 'GET /me')).status).toBe(401)
  })

  it('settles what has been put off', async () => {
    const emulator = await started()
    emulator.fault({ match: '*', kind: 'delay-before', ms: 3_600_000 })
    const reply = issued(emulator, 'amy')
    await expect.poll(() => emulator.requests()[0]?.body).toMatchObject({ _id: 'amy' })
    await call(emulator.controlUrl, 'POST /settle')
    expect(await reply).not.toBe('')
  })

  it('resets everything', async () => {
    const emulator = await started({ rateLimit: 1 })
    await issued(emulator, 'amy')
    emulator.advance(DAY)
    emulator.fault({ match: '*', kind: 'hang' })
    await emulator.accept(false)
    expect((await call(emulator.controlUrl, 'POST /reset')).status).toBe(200)
    expect([emulator.clients(), emulator.requests()]).toEqual([[], []])
    expect(Math.abs(emulator.now() - Date.now())).toBeLessThan(1000)
    expect((await admin(emulator, 'GET /admin/clients')).status).toBe(200)
  })

  it.each([
    ['POST /faults', {}, 'match'],
    ['POST /faults', { match: 'admin/clients', kind: 'hang' }, 'match'],
    ['POST /faults', { match: 'GET /me?x=1', kind: 'hang' }, 'match'],
    ['POST /faults', { match: '*', kind: 'explode' }, 'kind'],
    ['POST /faults', { match: '*', kind: 'toString' }, 'kind'],
    ['POST /faults', { match: '*', kind: 'act-late' }, 'ms'],
    ['POST /faults', { match: '*', kind: 'delay-before', ms: -1 }, 'ms'],
    ['POST /faults', { match: '*', kind: 'status', status: 99 }, 'status'],
    ['POST /faults', { match: '*', kind: 'status', times: 0 }, 'times'],
    ['POST /faults', { match: '*', kind: 'status', headers: { 'a b': 'c' } }, 'headers'],
    ['POST /faults', { match: '*', kind: 'status', headers: { a: 1 } }, 'headers'],
    ['POST /faults', { match: '*', kind: 'status', time: 1 }, 'time is not a field'],
    ['POST /faults', { match: '*', kind: 'slow-headers' }, 'ms is needed'],
    ['POST /faults', { match: '*', kind: 'slow-body', ms: -1 }, 'ms must'],
    ['POST /faults', { match: '*', kind: 'clock-skew' }, 'ms is needed'],
    ['POST /faults', { match: '*', kind: 'clock-skew', ms: 4e12 }, 'ms must'],
    ['POST /faults', { match: '*', kind: 'redirect', status: 200 }, 'status must'],
    ['POST /faults', { match: '*', kind: 'huge', bytes: 0 }, 'bytes must'],
    ['POST /faults', { match: '*', kind: 'status', retryAfter: '1' }, 'retryAfter must'],
    ['POST /faults', { match: '*', kind: 'bad-expiration', expirationDate: 'toString' }, 'expirationDate must'],
    ['POST /listener', {}, 'accept'],
    ['POST /clock', {}, 'advanceMs'],
    ['POST /clock', { advanceMs: -1 }, 'advanceMs'],
    ['POST /clock', { advanceMs: '1000' }, 'advanceMs'],
    ['POST /clock', { advanceMs: 1e300 }, 'advanceMs'],
    ['POST /clock', 'no JSON', 'JSON'],
    ['GET /requests?since=x', undefined, 'since'],
  ])('refuses %s %j and names what is wrong', async (target, body, name) => {
    const emulator = await started()
    const reply = await call(emulator.controlUrl, target, { body })
    expect(reply.status).toBe(400)
    expect(reply.body).toEqual({ message: expect.stringContaining(name) })
    expect((await call(emulator.url, 'GET /me')).status).toBe(401)
  })

  it('knows an unknown call from a wrong method', async () => {
    const emulator = await started()
    expect((await call(emulator.controlUrl, 'GET /nothing')).status).toBe(404)
    expect((await call(emulator.controlUrl, 'PUT /faults')).status).toBe(405)
  })
})
