import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Verifier, remoteJwks, type RemoteJwksOptions } from '@imkit-auth/auth-service'
import { listening } from '@imkit-auth/testkit'
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type RunningTestService, serviceOf } from './service.js'

const ISSUER = 'https://id.example/'
const AUDIENCE = 'https://api.example'
const START = Date.UTC(2026, 0, 2)
const YEAR = 366 * 86_400

const [rsa, ec, ed, stranger] = await Promise.all([
  generateKeyPair('RS256', { extractable: true }),
  generateKeyPair('ES256', { extractable: true }),
  generateKeyPair('EdDSA', { extractable: true }),
  generateKeyPair('RS256', { extractable: true }),
])

let clock = START
beforeEach(() => void (clock = START))
const seconds = () => clock / 1000

async function jwk(publicKey: CryptoKey, kid: string, alg: string) {
  return { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
}

/** What the provider publishes, by `kid`. */
const RSA = await jwk(rsa.publicKey, 'rsa', 'RS256')
const EC = await jwk(ec.publicKey, 'ec', 'ES256')
const ED = await jwk(ed.publicKey, 'ed', 'EdDSA')

type Answer = (response: ServerResponse) => void

/** A server that answers every request like this, and how often it was asked. */
async function serving(answer: Answer) {
  const server = { url: '', asked: 0, answer }
  const { url, close } = await listening(
    createServer((_, response) => {
      server.asked++
      server.answer(response)
    }).listen(0, '127.0.0.1'),
  )
  onTestFinished(async () => void (await close()))
  return Object.assign(server, { url: `${url}/jwks.json` })
}

const json = (status: number, body: unknown) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const publishing = (...keys: object[]) => json(200, { keys })

type TestProvider = Awaited<ReturnType<typeof serving>>

/** A service that trusts a provider with these keys. */
async function trusting(
  options: Partial<RemoteJwksOptions> = {},
  answer: Answer = publishing(RSA, EC, ED),
): Promise<RunningTestService & { readonly provider: TestProvider; readonly verifier: Verifier }> {
  const provider = await serving(answer)
  const { url } = provider
  const verifier = remoteJwks({ url, issuer: ISSUER, audience: AUDIENCE, now: () => clock, ...options })
  return { provider, verifier, ...(await serviceOf({ verifier })) }
}

const claimsOfAmy = () => ({
  iss: ISSUER,
  aud: AUDIENCE as string | string[],
  sub: 'auth0|amy',
  name: 'Amy',
  picture: 'https://img.example/amy',
  iat: seconds(),
  exp: seconds() + 3_600,
})

function signed(
  claims: object = {},
  header: Partial<JWTHeaderParameters> = {},
  key: CryptoKey | Uint8Array = rsa.privateKey,
): Promise<string> {
  return new SignJWT({ ...claimsOfAmy(), ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'rsa', ...header })
    .sign(key)
}

/** The last letter of a signature holds bits that no byte needs: these spell the same bytes. */
const NEXT_LETTER: Record<string, string> = { A: 'B', Q: 'R', g: 'h', w: 'x' }

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a token of the provider', () => {
  test('tells the chat who the user is by sub, name and picture', async () => {
    const { verify } = await trusting()
    const { status, json: user } = await verify(await signed({ email: 'amy@app.example' }))
    expect([status, user]).toEqual([200, { id: 'auth0|amy', nickname: 'Amy', avatarUrl: 'https://img.example/amy' }])
  })

  test.each([
    ['RS256', 'rsa', rsa.privateKey],
    ['ES256', 'ec', ec.privateKey],
    ['EdDSA', 'ed', ed.privateKey],
  ])('may be signed with %s', async (alg, kid, key) => {
    const { verify } = await trusting()
    expect((await verify(await signed({}, { alg, kid }, key))).status).toBe(200)
  })

  test('has its user read from the claims that the options name', async () => {
    const claims = { id: 'uid', nickname: 'https://app.example/nick', avatarUrl: 'https://app.example/face' }
    const { verify } = await trusting({ claims })
    const token = await signed({
      uid: 'amy',
      'https://app.example/nick': 'Ames',
      'https://app.example/face': 'https://img.example/ames',
    })
    expect((await verify(token)).json).toEqual({
      id: 'amy',
      nickname: 'Ames',
      avatarUrl: 'https://img.example/ames',
    })
    expect((await verify(await signed())).status).toBe(401)
  })

  test('counts without name and picture, or with some that are no text', async () => {
    const { verify } = await trusting()
    expect((await verify(await signed({ name: undefined, picture: undefined }))).json).toEqual({ id: 'auth0|amy' })
    expect((await verify(await signed({ name: { first: 'Amy' }, picture: 7 }))).json).toEqual({ id: 'auth0|amy' })
  })

  test('may be meant for several apps, and an app may have several names', async () => {
    const { verify } = await trusting({ audience: ['https://old.example', AUDIENCE] })
    expect((await verify(await signed({ aud: ['https://userinfo.example', AUDIENCE] }))).status).toBe(200)
    expect((await verify(await signed({ aud: 'https://old.example' }))).status).toBe(200)
    expect((await verify(await signed({ aud: 'https://userinfo.example' }))).status).toBe(401)
  })

  test('counts until it expires, however well it is known', async () => {
    const { verify } = await trusting({ clockTolerance: 0 })
    const token = await signed({ exp: seconds() + 60 })
    clock += 59_000
    expect((await verify(token)).status).toBe(200)
    clock += 1_000
    expect((await verify(token)).status).toBe(401)
  })

  test('may come from a clock that is a little ahead or behind, and no more', async () => {
    const { verify } = await trusting({ clockTolerance: 10 })
    const statuses = []
    for (const [iat, exp] of [
      [9, 60],
      [12, 60],
      [-60, -9],
      [-60, -12],
    ] as const) {
      statuses.push((await verify(await signed({ iat: seconds() + iat, exp: seconds() + exp }))).status)
    }
    expect(statuses).toEqual([200, 401, 200, 401])
  })

  test.each<[string, () => object, RegExp]>([
    ['of another issuer', () => ({ iss: 'https://id.example' }), /claim iss/],
    ['of no issuer', () => ({ iss: undefined }), /claim iss/],
    ['for another app', () => ({ aud: 'https://other.example' }), /claim aud/],
    ['for several other apps', () => ({ aud: ['https://other.example', `${AUDIENCE}/`] }), /claim aud/],
    ['for no app', () => ({ aud: undefined }), /claim aud/],
    ['without exp', () => ({ exp: undefined }), /claim exp/],
    ['with an exp that is no number', () => ({ exp: '9999999999' }), /claim exp/],
    ['without iat', () => ({ iat: undefined }), /claim iat/],
    ['with an iat that is no number', () => ({ iat: 'now' }), /claim iat/],
    ['that has expired', () => ({ iat: seconds() - 60, exp: seconds() - 6 }), /expired/],
    ['from the future', () => ({ iat: seconds() + 60 }), /claim iat/],
    ['that is not good yet', () => ({ nbf: seconds() + 60 }), /claim nbf/],
    ['that says it lives for ten years', () => ({ exp: seconds() + 10 * YEAR }), /live too long/],
    ['that says it lives for ever', () => ({ exp: 1e300 }), /live too long/],
    ['from more than a year ago', () => ({ iat: seconds() - YEAR - 60, exp: seconds() + 60 }), /expired|too old/],
    ['of no user', () => ({ sub: undefined }), /nobody’s.*no text/],
    ['whose sub is a number', () => ({ sub: 7 }), /nobody’s.*no text/],
    ['whose sub is an object', () => ({ sub: { toString: 'amy' } }), /nobody’s.*no text/],
    ['whose sub is no user id', () => ({ sub: '..' }), /nobody’s/],
  ])('is refused %s, and only the events say why', async (_, claims, why) => {
    const { verify, events } = await trusting()
    const token = await signed(claims())
    const { status, json: answer } = await verify(token)
    expect([status, answer.message]).toEqual([401, 'The token is not valid.'])
    expect(events).toEqual([{ type: 'refused', token: expect.any(String), why: expect.stringMatching(why) }])
    expect(JSON.stringify(events)).not.toContain(token)
  })

  test('lives no longer than maxAge allows, from its iat', async () => {
    const { verify } = await trusting({ maxAge: 600, clockTolerance: 0 })
    expect((await verify(await signed({ exp: seconds() + 601 }))).status).toBe(401)
    expect((await verify(await signed({ exp: seconds() + 600 }))).status).toBe(200)
  })
})

describe('a token of somebody else', () => {
  const forged: [string, () => Promise<string> | string][] = [
    ['unsigned, by alg none', () => `${base64url({ alg: 'none' })}.${base64url(claimsOfAmy())}.`],
    [
      'by alg none with a signature',
      () => `${base64url({ alg: 'none', kid: 'rsa' })}.${base64url(claimsOfAmy())}.AAAA`,
    ],
    [
      'signed with HS256 and the public key in PEM',
      async () => signed({}, { alg: 'HS256' }, new TextEncoder().encode(await exportSPKI(rsa.publicKey))),
    ],
    [
      'signed with HS256 and the modulus of the public key',
      () => signed({}, { alg: 'HS256' }, Buffer.from(String(RSA.n), 'base64url')),
    ],
    ['signed with another key under a kid of the provider’s', () => signed({}, {}, stranger.privateKey)],
    ['signed with another key without a kid', () => signed({}, { kid: '' }, stranger.privateKey)],
    ['of an unknown kid', () => signed({}, { kid: 'mine' }, stranger.privateKey)],
    ['of the provider’s key under the kid of another', () => signed({}, { kid: 'ec' })],
    [
      'whose claims were changed',
      async () => (await signed()).replace(/\..*\./, `.${base64url({ ...claimsOfAmy(), sub: 'bob' })}.`),
    ],
    [
      'with a critical header that nobody knows',
      () => `${base64url({ alg: 'RS256', kid: 'rsa', crit: ['x'], x: 1 })}.e30.AAAA`,
    ],
    ['that is no JWT', () => 'opaque-token'],
    ['with padding', async () => `${await signed()}=`],
    [
      'in another spelling of the same bytes',
      async () => (await signed()).replace(/.$/, (last) => NEXT_LETTER[last] ?? ''),
    ],
  ]

  test.each(forged)('is refused: %s', async (_, token) => {
    const { verify, events } = await trusting()
    expect((await verify(await token())).status).toBe(401)
    expect(events).toEqual([{ type: 'refused', token: expect.any(String), why: expect.any(String) }])
  })

  test('is refused when the provider signed it by an algorithm that is not allowed', async () => {
    const { verify } = await trusting({ algorithms: ['ES256'] })
    expect((await verify(await signed())).status).toBe(401)
    expect((await verify(await signed({}, { alg: 'ES256', kid: 'ec' }, ec.privateKey))).status).toBe(200)
  })

  test('is refused with the very secret, where a provider publishes one', async () => {
    const secret = Buffer.alloc(32, 7)
    const published = { kty: 'oct', k: secret.toString('base64url'), kid: 'shared', alg: 'HS256' }
    const { verify } = await trusting({}, publishing(published))
    expect((await verify(await signed({}, { alg: 'HS256', kid: 'shared' }, secret))).status).toBe(401)
  })

  test.each(['jku', 'x5u', 'jwk', 'x5c'])('cannot bring its own key in the header %s', async (name) => {
    const own = await jwk(stranger.publicKey, 'mine', 'RS256')
    const attacker = await serving(publishing(own))
    const { verify, provider } = await trusting()
    const value = { jku: attacker.url, x5u: attacker.url, jwk: own, x5c: ['MIIB'] }[name]
    for (const kid of ['mine', 'rsa']) {
      expect((await verify(await signed({}, { kid, [name]: value }, stranger.privateKey))).status).toBe(401)
    }
    expect([attacker.asked, provider.asked]).toEqual([0, 1])
  })
})

describe('the key set', () => {
  /** Time stands still for jose and the cache of signatures as well, and passes when it is told to. */
  function stopTime() {
    vi.useFakeTimers({ toFake: ['Date'], now: START })
    vi.spyOn(performance, 'now').mockImplementation(() => clock)
    onTestFinished(() => void vi.useRealTimers().restoreAllMocks())
    return async (ms: number) => {
      clock += ms
      vi.setSystemTime(clock)
      // The cache looks at its clock once in a millisecond of the real one.
      await sleep(5)
    }
  }

  test('is fetched once for many tokens, and many requests at once', async () => {
    const { verify, provider } = await trusting()
    const tokens = await Promise.all(Array.from({ length: 10 }, (_, n) => signed({ sub: `user-${n}` })))
    const replies = await Promise.all(tokens.map(verify))
    expect(new Set(replies.map(({ json: { id } }) => id)).size).toBe(10)
    for (let n = 0; n < 50; n++) expect((await verify(tokens[0])).json.id).toBe('user-0')
    expect(provider.asked).toBe(1)
  })

  test('is not fetched again for every unknown kid that somebody makes up', async () => {
    const { verify, provider } = await trusting()
    for (let n = 0; n < 20; n++) await verify(await signed({}, { kid: `made-up-${n}` }, stranger.privateKey))
    expect(provider.asked).toBe(1)
  })

  test('may get a new key: its tokens count within half a minute, and the old ones still do', async () => {
    const pass = stopTime()
    const { verify, provider } = await trusting({}, publishing(RSA))
    const old = await signed()
    expect((await verify(old)).status).toBe(200)
    provider.answer = publishing(RSA, EC)
    await pass(30_000)
    expect((await verify(await signed({}, { alg: 'ES256', kid: 'ec' }, ec.privateKey))).status).toBe(200)
    expect((await verify(old)).status).toBe(200)
    expect(provider.asked).toBe(2)
  })

  test('may lose a key: no token of it counts ten minutes later, whenever it was first seen', async () => {
    const pass = stopTime()
    const { verify, provider } = await trusting({}, publishing(RSA, EC))
    const [first, second, third] = [await signed(), await signed({ sub: 'bob' }), await signed({ sub: 'cleo' })]
    expect((await verify(first)).status).toBe(200)
    provider.answer = publishing(EC)
    await pass(290_000)
    await verify(second)
    await pass(300_000)
    await verify(third)
    await pass(11_000)
    const tokens = [first, second, third]
    expect((await Promise.all(tokens.map(verify))).map(({ status }) => status)).toEqual([401, 401, 401])
  })

  const down: [string, Answer][] = [
    ['answers 500', json(500, { keys: [RSA] })],
    ['hangs up', (response) => void response.destroy()],
    ['answers HTML', (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in')],
    ['answers JSON that is no key set', json(200, { keys: 'none' })],
    ['answers half a key set', (response) => void response.writeHead(200).end('{"keys": [')],
  ]

  test.each(down)('lets nobody in and is not ready while it %s, and then is', async (_, answer) => {
    const { verify, call, provider, events } = await trusting({}, answer)
    const token = await signed()
    const { status, headers, text } = await verify(token)
    const ready = await call('GET', '/readyz')
    expect([status, headers.get('retry-after'), ready.status]).toEqual([503, '5', 503])
    const unavailable = { type: 'unavailable', why: expect.stringContaining('keys of remoteJwks cannot be fetched') }
    expect(events).toEqual([unavailable, unavailable])
    expect(text + ready.text + JSON.stringify(events)).not.toContain(token)
    expect((await call('GET', '/healthz')).status).toBe(200)
    provider.answer = publishing(RSA)
    expect((await call('GET', '/readyz')).status).toBe(200)
    expect((await verify(token)).status).toBe(200)
  })

  test('is there at once when readiness was asked for first', async () => {
    const { verify, call, provider } = await trusting()
    for (let n = 0; n < 3; n++) expect((await call('GET', '/readyz')).status).toBe(200)
    expect((await verify(await signed())).status).toBe(200)
    expect(provider.asked).toBe(1)
  })

  test('may be down for a while: known tokens stay good, and nothing is decided about others', async () => {
    const pass = stopTime()
    const { verify, provider } = await trusting()
    const [first, second, third] = [await signed(), await signed({ sub: 'bob' }), await signed({ sub: 'cleo' })]
    expect((await verify(first)).status).toBe(200)
    provider.answer = json(500, {})
    await pass(290_000)
    expect((await verify(second)).status).toBe(200)
    expect((await verify(await signed({}, { kid: 'new' }))).status).toBe(503)
    await pass(20_000)
    expect([(await verify(second)).status, (await verify(third)).status]).toEqual([200, 503])
  })

  test.each([301, 302, 307, 308])('is not looked for elsewhere when it redirects with %i', async (status) => {
    const target = await serving(publishing(RSA))
    const { verify } = await trusting({}, (response) => {
      response.writeHead(status, { location: target.url }).end()
    })
    expect((await verify(await signed())).status).toBe(503)
    expect(target.asked).toBe(0)
  })

  test('is not shown to others as if it were the service’s own', async () => {
    const { call } = await trusting()
    expect((await call('GET', '/.well-known/jwks.json')).status).toBe(404)
  })
})

test.each<[string, object, RegExp]>([
  ['no url', { url: undefined }, /url must be a URL/],
  ['an empty url', { url: '' }, /url must be a URL/],
  ['a path for url', { url: '/.well-known/jwks.json' }, /url must be a URL/],
  ['http on a public host', { url: 'http://id.example/jwks.json' }, /url must be https/],
  ['http on a host that looks like loopback', { url: 'http://127.0.0.1.id.example/jwks' }, /url must be https/],
  ['a file', { url: 'file:///etc/jwks.json' }, /url must be https/],
  ['user name and password in url', { url: 'https://me:pa55@id.example/jwks' }, /url must not hold/],
  ['no issuer', { issuer: undefined }, /issuer is missing/],
  ['an empty issuer', { issuer: '' }, /issuer is missing/],
  ['no audience', { audience: undefined }, /audience is missing/],
  ['an empty audience', { audience: '' }, /audience is missing/],
  ['no audience among several', { audience: [] }, /audience is missing/],
  ['no algorithms', { algorithms: [] }, /algorithms must be/],
  ['HS256', { algorithms: ['RS256', 'HS256'] }, /algorithms must be asymmetric/],
  ['alg none', { algorithms: ['none'] }, /algorithms must be asymmetric/],
  ['a maxAge of 0', { maxAge: 0 }, /maxAge must be a number/],
  ['a maxAge of a hundred years', { maxAge: 100 * YEAR }, /maxAge must be a number/],
  ['a maxAge that is no number', { maxAge: NaN }, /maxAge must be a number/],
  ['a clock tolerance of an hour', { clockTolerance: 3_600 }, /clockTolerance must be a number/],
  ['a clock tolerance below 0', { clockTolerance: -1 }, /clockTolerance must be a number/],
  ['no room to remember', { cacheSize: 0 }, /cacheSize must be a number/],
])('remoteJwks does not take %s', (_, wrong, message) => {
  const options = { url: 'https://id.example/jwks.json', issuer: ISSUER, audience: AUDIENCE, ...wrong }
  const create = () => remoteJwks(options)
  expect(create).toThrow(TypeError)
  expect(create).toThrow(message)
  expect(create).not.toThrow(/pa55/)
})

test.each([
  'http://localhost:8080/jwks',
  'http://127.0.0.1/jwks',
  'http://[::1]:1/jwks',
  new URL('https://id.example'),
])('remoteJwks takes %s', (url) => {
  expect(remoteJwks({ url, issuer: ISSUER, audience: AUDIENCE })).toHaveProperty('verify')
})
