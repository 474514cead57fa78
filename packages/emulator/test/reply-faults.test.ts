import { describe, expect, it } from 'vitest'
import type { DialectName } from '../src/index.js'
import { admin, call, resultOf } from './call.js'
import { started } from './started.js'

const POST = 'POST /admin/clients'
const issue = { _id: 'amy', issueAccessToken: true }

describe.each<DialectName>(['envelope', 'bare'])('status in the %s dialect', (dialect) => {
  it.each([
    ['a second with 429', { status: 429 }, 1],
    ['what it says', { status: 429, retryAfter: 7 }, 7],
    ['what it says with any error', { status: 503, retryAfter: 0.5 }, 0.5],
    ['nothing when that is null', { status: 429, retryAfter: null }, undefined],
    ['nothing with another error', { status: 503 }, undefined],
  ])('asks to wait for %s', async (_, details, retryAfter) => {
    const emulator = await started({ dialect })
    emulator.fault({ match: POST, kind: 'status', ...details })
    const reply = await admin(emulator, POST, issue)
    expect(reply.status).toBe(details.status)
    expect((reply.body as { retryAfter?: number }).retryAfter).toBe(retryAfter)
    expect(reply.headers).not.toHaveProperty('retry-after')
  })
})

describe('html', () => {
  it.each([
    [{}, 200],
    [{ status: 502 }, 502],
  ])('answers the page of a proxy (%j) without acting', async (details, status) => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'html', ...details })
    const reply = await admin(emulator, POST, issue)
    expect([reply.status, reply.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8'])
    expect(reply.body).toContain('<html>')
    expect(emulator.clients()).toEqual([])
  })
})

describe.each<DialectName>(['envelope', 'bare'])('redirect in the %s dialect', (dialect) => {
  it('leads to another server, which has all that followed and says yes', async () => {
    const emulator = await started({ dialect, apiKey: 'a-secret-api-key' })
    emulator.fault({ match: '*', kind: 'redirect' })
    const reply = await admin(emulator, `${POST}?x=1`, issue)
    expect(reply.status).toBe(307)
    const location = new URL(String(reply.headers['location']))
    expect(location.origin).not.toBe(emulator.url)
    expect(emulator.redirected()).toEqual([])

    const headers = { 'IM-API-KEY': emulator.apiKey }
    const followed = await call(location.origin, `POST ${location.pathname}${location.search}`, {
      headers,
      body: issue,
    })
    expect(followed.status).toBe(200)
    expect(resultOf(followed, dialect)).toMatchObject({
      _id: 'amy',
      id: 'amy',
      token: expect.stringMatching(/^eyJ/),
      expirationDate: expect.stringMatching(/Z$/),
    })
    expect(emulator.redirected()).toEqual([
      {
        method: 'POST',
        path: '/admin/clients?x=1',
        headers: expect.objectContaining({ 'im-api-key': 'a-secret-api-key' }),
        body: JSON.stringify(issue),
      },
    ])
    expect(emulator.clients()).toEqual([])
    expect((await call(emulator.controlUrl, 'GET /redirected')).body).toEqual({ redirected: emulator.redirected() })
  })
})

describe('redirect', () => {
  it.each([301, 302, 303, 307, 308])('answers %i when told to', async (status) => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'redirect', status })
    expect((await admin(emulator, POST, issue)).status).toBe(status)
  })

  it('catches a client that follows with its key', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'redirect' })
    const headers = { 'IM-API-KEY': emulator.apiKey }
    const reply = await fetch(`${emulator.url}/admin/clients`, { method: 'POST', headers, body: '{}' })
    expect(reply.status).toBe(200)
    expect(emulator.redirected()).toMatchObject([{ headers: { 'im-api-key': emulator.apiKey }, body: '{}' }])
  })

  it('is forgotten by a reset, and its server closes with the emulator', async () => {
    const emulator = await started()
    emulator.fault({ match: '*', kind: 'redirect' })
    const reply = await admin(emulator, 'GET /admin/clients')
    const { origin } = new URL(String(reply.headers['location']))
    await call(origin, 'GET /anything')
    expect(emulator.redirected()).toMatchObject([{ method: 'GET', path: '/anything', body: '' }])
    await emulator.reset()
    expect(emulator.redirected()).toEqual([])
    await emulator.close()
    await expect(call(origin, 'GET /anything')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
