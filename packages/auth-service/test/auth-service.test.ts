import { Readable } from 'node:stream'
import { createAuthService, createVerifier, type ServiceRequest, verifyWith } from '@imkit-auth/auth-service'
import { external, memoryStore, tokenDigest } from '@imkit-auth/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { AMY, central, minting, SECRET, serviceOf } from './service.js'

describe('who may ask', () => {
  const [SHOWN, OTHER] = ['verify-secret-1_~.x', 'verify-secret-2_~.x'] as const
  const knowing = (...callerSecrets: string[]) => central({ callerSecrets })

  test('is everybody, when there are no secrets', async () => {
    const { tokens: minted, post } = await central()
    const { token } = await minted.provision(AMY)
    expect((await post('/verify', { token }, { authorization: `Bearer ${SHOWN}` })).status).toBe(200)
    expect((await post(`/verify/${SHOWN}`, { token })).status).toBe(404)
  })

  test.each<[string, string, Record<string, string>]>([
    ['the path', `/verify/${SHOWN}`, {}],
    ['the path, before a query', `/verify/${SHOWN}?x=1`, {}],
    ['a header', '/verify', { authorization: `Bearer ${SHOWN}` }],
    ['a header, spelled otherwise', '/verify', { authorization: `bearer  ${SHOWN}` }],
  ])('is who shows the secret in %s', async (_, path, headers) => {
    const { tokens: minted, post, events } = await knowing(SHOWN)
    const { token } = await minted.provision(AMY)
    const { status, json } = await post(path, { token }, headers)
    expect([status, json]).toEqual([200, AMY])
    expect(JSON.stringify(events)).not.toContain(SHOWN)
  })

  test.each<[string, string, Record<string, string>]>([
    ['nothing', '/verify', {}],
    ['nothing in the path', '/verify/', {}],
    ['a wrong secret', '/verify/another-secret-of-x', {}],
    ['the beginning of the secret', `/verify/${SHOWN.slice(0, -1)}`, {}],
    ['more than the secret', `/verify/${SHOWN}x`, {}],
    ['the secret in upper case', `/verify/${SHOWN.toUpperCase()}`, {}],
    ['the name of what every object has', '/verify/constructor', {}],
    ['a wrong secret in a header', '/verify', { authorization: `Bearer ${SHOWN}x` }],
    ['the secret by another scheme', '/verify', { authorization: `Basic ${SHOWN}` }],
    ['the secret alone', '/verify', { authorization: SHOWN }],
    ['the secret in another header', '/verify', { 'x-api-key': SHOWN }],
    ['the secret in the query', `/verify?secret=${SHOWN}`, {}],
  ])('is nobody who shows %s', async (_, path, headers) => {
    const { tokens: minted, post, events } = await knowing(SHOWN)
    const { token } = await minted.provision(AMY)
    const { status, json, text } = await post(path, { token }, headers)
    expect([status, json.error.name]).toEqual([403, 'ForbiddenError'])
    expect(events).toEqual([{ type: 'callerRefused', address: '127.0.0.1' }])
    expect(text + JSON.stringify(events)).not.toContain(SHOWN)
  })

  test('is not told whether the body or the token is good before they show it', async () => {
    const { post } = await knowing(SHOWN)
    expect((await post('/verify', '{"token": ')).status).toBe(403)
    expect((await post('/verify', 'x'.repeat(1024 ** 2))).status).toBe(403)
  })

  test('is nobody at a path that only begins like the service’s', async () => {
    const { post } = await central({ callerSecrets: [SHOWN], path: '/chat-auth' })
    const shown = { authorization: `Bearer ${SHOWN}` }
    for (const path of [`/chat-auth/verify/${SHOWN}/x`, '/chat-authx/verify', '/chat-auth.x/verify', '/verify']) {
      expect((await post(path, {}, shown)).status).toBe(404)
    }
    expect((await post('/chat-auth/verify', {}, shown)).status).toBe(401)
  })

  test('may be several, so that a secret can be changed', async () => {
    const { tokens: minted, post } = await knowing(SHOWN, OTHER)
    const { token } = await minted.provision(AMY)
    expect((await post(`/verify/${SHOWN}`, { token })).status).toBe(200)
    expect((await post(`/verify/${OTHER}`, { token })).status).toBe(200)
    expect((await post(`/verify/${SHOWN}${OTHER}`, { token })).status).toBe(403)
  })

  test('is anybody where it is asked how the service does', async () => {
    const { call } = await knowing(SHOWN)
    expect((await call('GET', '/healthz')).status).toBe(200)
    expect((await call('GET', '/readyz')).status).toBe(200)
  })

  test('may not ask more than so often in a minute', async () => {
    const { verify, service, events } = await central({ requestsPerMinute: 5 })
    for (let n = 0; n < 5; n++) expect((await verify('bad')).status).toBe(401)
    const { status, headers, json } = await verify('bad')
    expect([status, json.error.name]).toEqual([429, 'TooManyRequestsError'])
    expect(Number(headers.get('retry-after'))).toSatisfy((seconds) => Number(seconds) >= 1 && Number(seconds) <= 60)
    expect(events.at(-1)).toEqual({ type: 'limited', address: '127.0.0.1' })
    expect((await service.respond(asking({ address: '10.0.0.2' })))?.status).toBe(401)
  })

  test('may ask again after the minute', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const service = createAuthService({ verifier: verifyWith(() => AMY), requestsPerMinute: 2 })
    const status = async () => (await service.respond(asking({})))?.status
    expect([await status(), await status(), await status()]).toEqual([200, 200, 429])
    vi.advanceTimersByTime(60_001)
    expect(await status()).toBe(200)
  })

  test('share one limit where nobody knows their address', async () => {
    const service = createAuthService({ verifier: verifyWith(() => AMY), requestsPerMinute: 1 })
    const status = async () => (await service.respond(asking({ address: undefined })))?.status
    expect([await status(), await status()]).toEqual([200, 429])
  })

  test('do not lose their share to strangers at the same address, who have one of their own', async () => {
    const { post } = await central({ callerSecrets: [SHOWN], requestsPerMinute: 2 })
    for (const expected of [403, 403, 429]) expect((await post('/verify/guess', {})).status).toBe(expected)
    for (const expected of [401, 401, 429]) expect((await post(`/verify/${SHOWN}`, {})).status).toBe(expected)
  })

  test('may ask as often as they like by Infinity', async () => {
    const service = createAuthService({ verifier: verifyWith(() => AMY), requestsPerMinute: Infinity })
    const statuses = await Promise.all(Array.from({ length: 70_000 }, () => service.respond(asking({}))))
    expect(new Set(statuses.map((answered) => answered?.status))).toEqual(new Set([200]))
  })
})

/** A question about amy's token, as a handler passes it on. */
function asking(more: Partial<ServiceRequest>): ServiceRequest {
  const body = { token: 'amy' }
  return { method: 'POST', url: '/verify', headers: {}, body, stream: Readable.from([]), address: '10.0.0.1', ...more }
}

describe('POST /sign', () => {
  const [VERIFY, SIGN, NEXT] = ['secret-to-verify-with', 'secret-to-sign-with', 'next-secret-to-sign-with'] as const

  function signing(minted = minting()) {
    const verifier = createVerifier({ tokens: minted, keys: [{ secret: SECRET }] })
    return serviceOf({ verifier, callerSecrets: [VERIFY], sign: { tokens: minted, callerSecrets: [SIGN, NEXT] } })
  }

  test('is not there unless it is turned on', async () => {
    const { post } = await central({ callerSecrets: [VERIFY] })
    for (const path of ['/sign', `/sign/${VERIFY}`]) expect((await post(path, AMY)).status).toBe(404)
  })

  test('answers with a token that /verify accepts, and with its end', async () => {
    const { post, events } = await signing()
    const { status, json, headers } = await post(`/sign/${SIGN}`, AMY)
    expect(status).toBe(200)
    expect(Object.keys(json).sort()).toEqual(['expirationDate', 'token'])
    expect(Date.parse(json.expirationDate)).toBeGreaterThan(Date.now())
    expect(headers.get('cache-control')).toBe('no-store')
    const verified = await post(`/verify/${VERIFY}`, { token: json.token })
    expect([verified.status, verified.json]).toEqual([200, AMY])
    expect(events).toEqual([
      { type: 'signed', userId: 'amy' },
      { type: 'verified', token: tokenDigest(json.token) },
    ])
  })

  test('knows several secrets, in the path or in a header', async () => {
    const { post } = await signing()
    expect((await post(`/sign/${NEXT}`, AMY)).status).toBe(200)
    expect((await post('/sign', AMY, { authorization: `Bearer ${NEXT}` })).status).toBe(200)
  })

  test.each(['/sign', '/sign/', `/sign/${SIGN}x`, `/sign/${VERIFY}`])('signs nothing at %s', async (path) => {
    const { post, events } = await signing()
    const { status, text } = await post(path, AMY)
    expect([status, events]).toEqual([403, [{ type: 'callerRefused', address: '127.0.0.1' }]])
    expect(text).not.toContain('token')
  })

  test('has a secret that does not open /verify', async () => {
    const { post } = await signing()
    const { json } = await post(`/sign/${SIGN}`, AMY)
    expect((await post(`/verify/${SIGN}`, { token: json.token })).status).toBe(403)
    expect((await post('/verify', { token: json.token }, { authorization: `Bearer ${SIGN}` })).status).toBe(403)
  })

  test.each([
    {},
    { id: '' },
    { id: 7.5 },
    { id: 'undefined' },
    { id: null },
    { id: '..' },
    { id: 'é'.repeat(150) },
    { id: 'a\nb' },
    [AMY],
    '{"__proto__": {"id": "amy"}}',
  ])('answers 400 to %j', async (user) => {
    const { post, events } = await signing()
    const { status, json } = await post(`/sign/${SIGN}`, user)
    expect([status, json.error.name]).toEqual([400, 'BadRequestError'])
    expect(events).toEqual([])
  })

  test.each([
    [{ id: 7, nickname: null, avatarUrl: null }, '7', { id: '7' }],
    [{ id: 'amy', nickname: 7, avatarUrl: {} }, 'amy', { id: 'amy' }],
  ])('signs for a row of a database: %j', async (row, userId, user) => {
    const { post, events } = await signing()
    const { status, json } = await post(`/sign/${SIGN}`, row)
    expect([status, events]).toEqual([200, [{ type: 'signed', userId }]])
    expect((await post(`/verify/${VERIFY}`, { token: json.token })).json).toEqual(user)
  })

  test('answers 503 when no token can be had, and what the app says of it stays inside', async () => {
    const failing = external({
      mint: () => {
        throw new Error(`cannot sign with ${SECRET}`)
      },
    })
    const { post, events } = await signing(minting(memoryStore(), failing))
    const { status, headers, text } = await post(`/sign/${SIGN}`, AMY)
    expect(status).toBe(503)
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(events).toEqual([{ type: 'unavailable', why: expect.any(String) }])
    expect(text + JSON.stringify(events)).not.toContain(SECRET)
  })
})

describe('events', () => {
  test('never hold a token, whatever happens to it', async () => {
    const minted = minting()
    const known = createVerifier({ tokens: minted, keys: [{ secret: SECRET }] })
    let down = false
    const { verify, post, events } = await serviceOf({
      verifier: {
        ...known,
        verify: (token) => (down ? Promise.reject(new Error(`cannot decide about ${token}`)) : known.verify(token)),
      },
      requestsPerMinute: 6,
    })
    const { token } = await minted.provision(AMY)
    await verify(token)
    await verify(`${token}x`)
    await verify(token.toUpperCase())
    await minted.revoke('amy')
    await verify(token)
    await post('/verify', `{"token": "${token}`)
    down = true
    for (let n = 0; n < 2; n++) await verify(token)
    expect(events.map((event) => Reflect.get(event, 'type'))).toEqual([
      'verified',
      'refused',
      'refused',
      'refused',
      'unavailable',
      'limited',
    ])
    for (const part of [token, ...token.split('.')]) expect(JSON.stringify(events)).not.toContain(part)
  })

  test('may be heard by what throws: nobody else notices', async () => {
    const onEvent = () => {
      throw new Error('the log is full')
    }
    const secret = 'secret-to-sign-with'
    const { tokens: minted, verify } = await central({ onEvent })
    const signer = await serviceOf({
      verifier: verifyWith(() => Promise.reject(new Error('down'))),
      callerSecrets: [secret],
      sign: { tokens: minted, callerSecrets: [`${secret}-2`] },
      requestsPerMinute: 2,
      onEvent,
    })
    expect((await verify((await minted.provision(AMY)).token)).status).toBe(200)
    expect((await verify('bad')).status).toBe(401)
    expect((await signer.post(`/sign/${secret}-2`, AMY)).status).toBe(200)
    expect((await signer.post(`/verify/${secret}`, { token: 'x' })).status).toBe(503)
    for (const expected of [403, 403, 429]) expect((await signer.verify('x')).status).toBe(expected)
  })
})

const SIGNER = { tokens: { provision: () => undefined }, callerSecrets: ['secret-to-sign-with'] }

test.each<[string, object, RegExp]>([
  ['no verifier', { verifier: undefined }, /^verifier must be/],
  ['a verifier that is none', { verifier: { check: () => {} } }, /^verifier must be/],
  ['a short secret', { callerSecrets: ['fifteen-letters'] }, /^callerSecrets must hold/],
  ['a short secret among long ones', { callerSecrets: ['a-good-long-secret', ''] }, /^callerSecrets must hold/],
  ['a secret with a slash', { callerSecrets: ['a-secret/with-a-slash'] }, /^callerSecrets must hold/],
  ['a secret with a space', { callerSecrets: ['a secret with a space'] }, /^callerSecrets must hold/],
  ['a secret that ends with a line break', { callerSecrets: ['a-good-long-secret\n'] }, /^callerSecrets must hold/],
  ['a secret of 257 letters', { callerSecrets: ['x'.repeat(257)] }, /^callerSecrets must hold/],
  ['a secret that is not set', { callerSecrets: [undefined] }, /^callerSecrets must hold/],
  ['a secret outside of a list', { callerSecrets: 'a-good-long-secret' }, /^callerSecrets must be a list/],
  ['to sign for everybody', { sign: { ...SIGNER, callerSecrets: [] } }, /^sign\.callerSecrets must hold/],
  ['a short secret to sign with', { sign: { ...SIGNER, callerSecrets: ['short'] } }, /^sign\.callerSecrets must hold/],
  ['a path without a slash', { path: 'chat-auth' }, /^path must be/],
  ['a path that ends with a slash', { path: '/chat-auth/' }, /^path must be/],
  ['a slash for a path', { path: '/' }, /^path must be/],
  ['a path that is escaped', { path: '/chat%2Fauth' }, /^path must be/],
  ['a path with a parameter', { path: '/:tenant/chat-auth' }, /^path must be/],
  ['a URL for a path', { path: 'https://app.example/chat-auth' }, /^path must be/],
  [
    'the same secret for both',
    { callerSecrets: SIGNER.callerSecrets, sign: SIGNER },
    /^sign\.callerSecrets must differ/,
  ],
  ['to sign without secrets', { sign: { tokens: SIGNER.tokens } }, /^sign\.callerSecrets must be a list/],
  ['to sign without tokens', { sign: { callerSecrets: SIGNER.callerSecrets } }, /^sign\.tokens must/],
  ['a listener that is none', { onEvent: 'log' }, /^onEvent must be/],
  ['a limit in words', { requestsPerMinute: '5' }, /^requestsPerMinute must be/],
  ['no requests at all', { requestsPerMinute: 0 }, /^requestsPerMinute must be/],
  ['a limit that is no number', { requestsPerMinute: NaN }, /^requestsPerMinute must be/],
])('createAuthService does not take %s', (_, wrong, message) => {
  const create = () => createAuthService({ verifier: verifyWith(() => AMY), ...wrong })
  expect(create).toThrow(TypeError)
  expect(create).toThrow(message)
})

describe('what a host hands on', () => {
  const SHOWN = 'a-secret-of-callers'
  const known = () =>
    createAuthService({ verifier: verifyWith((token) => token === 'good' && AMY), callerSecrets: [SHOWN] })
  const body = Buffer.from('{"token": "good"}')

  test.each<[string, ServiceRequest['headers']]>([
    ['in lower case', { authorization: `Bearer ${SHOWN}`, 'content-type': 'application/json' }],
    ['in capitals', { Authorization: `Bearer ${SHOWN}`, 'Content-Type': 'application/json' }],
    ['as web-standard headers', new Headers({ authorization: `Bearer ${SHOWN}`, 'content-type': 'application/json' })],
  ])('may have its headers %s', async (_how, headers) => {
    expect((await known().respond(asking({ headers, body })))?.status).toBe(200)
    const text = new Headers({ authorization: `Bearer ${SHOWN}`, 'content-type': 'text/plain' })
    expect((await known().respond(asking({ headers: text, body })))?.status).toBe(415)
  })

  test.each<[string, Partial<ServiceRequest>, number]>([
    ['an object', { body: { token: 'good' } }, 200],
    ['a text', { body: String(body) }, 200],
    ['bytes', { body }, 200],
    ['a stream', { body: undefined, stream: Readable.from([body]) }, 200],
    ['nothing', { body: undefined, stream: null }, 401],
    ['a text that is no JSON', { body: 'token=good' }, 400],
  ])('may have its body as %s', async (_how, request, status) => {
    const service = createAuthService({ verifier: verifyWith((token) => token === 'good' && AMY) })
    expect((await service.respond(asking(request)))?.status).toBe(status)
  })
})
