import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { introspection, type IntrospectionOptions, type Verifier } from '@imkit-auth/auth-service'
import { eventually, listening } from '@imkit-auth/testkit'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type RunningTestService, serviceOf } from './service.js'

const TOKEN = 'opaque+token/of amy'
const CLIENT = 'chat:svc + 100%'
const SECRET = 's3cr:t +&=% Übung'
const AMY = { active: true, sub: 'amy', name: 'Amy', picture: 'https://img.example/amy' }
const USER = { id: 'amy', nickname: 'Amy', avatarUrl: 'https://img.example/amy' }
const NOT_ACTIVE = 'the provider says that it is not active'

let clock = 0
beforeEach(() => void (clock = Date.UTC(2026, 0, 2)))

type Answer = (response: ServerResponse) => void

const says =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
  }

interface TestProvider {
  readonly url: string
  readonly asked: { readonly method: string; readonly headers: IncomingHttpHeaders; readonly body: string }[]
  answer: Answer
}

/** An introspection endpoint that answers like this, and remembers what it was asked. */
async function provided(answer: Answer): Promise<TestProvider> {
  const provider: TestProvider = { url: '', asked: [], answer }
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request
    provider.asked.push({ method, headers, body: await text(request) })
    provider.answer(response)
  }
  const server = createServer((request, response) => void receive(request, response))
  const { url, close } = await listening(server.listen(0, '127.0.0.1'))
  onTestFinished(async () => void (await close()))
  return Object.assign(provider, { url: `${url}/introspect` })
}

/** A service that asks this provider. */
async function asking(
  answer: Answer,
  options: Partial<IntrospectionOptions> = {},
): Promise<RunningTestService & { readonly provider: TestProvider; readonly verifier: Verifier }> {
  const provider = await provided(answer)
  const { url } = provider
  const verifier = introspection({ url, clientId: CLIENT, clientSecret: SECRET, now: () => clock, ...options })
  return { provider, verifier, ...(await serviceOf({ verifier })) }
}

/** An answer that waits until it is told to go. */
function held(answer: Answer) {
  const waiting: ServerResponse[] = []
  return {
    answer: (response: ServerResponse) => void waiting.push(response),
    release: () => waiting.splice(0).forEach(answer),
  }
}

describe('the provider', () => {
  test('is asked as RFC 7662 says', async () => {
    const { verify, provider } = await asking(says(200, AMY))
    expect((await verify(TOKEN)).status).toBe(200)
    expect(provider.asked).toMatchObject([{ method: 'POST', headers: { accept: 'application/json' } }])
    const [{ headers, body } = { headers: {}, body: '' }] = provider.asked
    expect(headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
    expect([...new URLSearchParams(body)]).toEqual([
      ['token', TOKEN],
      ['token_type_hint', 'access_token'],
    ])
  })

  test('is told who asks by HTTP Basic, id and secret form-encoded as RFC 6749 says', async () => {
    const { verify, provider } = await asking(says(200, AMY))
    await verify(TOKEN)
    const [scheme, credentials = ''] = provider.asked[0]?.headers.authorization?.split(' ') ?? []
    const [id, secret, ...more] = Buffer.from(credentials, 'base64').toString('latin1').split(':')
    const decoded = [...new URLSearchParams(`id=${id}&secret=${secret}`)]
    expect([scheme, more]).toEqual(['Basic', []])
    expect(decoded).toEqual([
      ['id', CLIENT],
      ['secret', SECRET],
    ])
    expect(`${id}:${secret}`).toBe('chat%3Asvc+%2B+100%25:s3cr%3At+%2B%26%3D%25+%C3%9Cbung')
  })

  test('says whose an active token is, and nothing else reaches the chat server', async () => {
    const { verify } = await asking(says(200, { ...AMY, scope: 'admin', email: 'amy@app.example' }))
    const { status, json } = await verify(TOKEN)
    expect([status, json]).toEqual([200, USER])
  })

  test.each<[string, unknown, number]>([
    ['the app', 'chat', 200],
    ['the app and another', ['web', 'chat'], 200],
    ['another app', 'web', 401],
    ['other apps', ['web', 'shop'], 401],
    ['nobody in particular', undefined, 401],
    ['what is no name', [{ chat: 'chat' }], 401],
  ])('may say that a token is for %s, where it matters', async (_name, aud, status) => {
    const { verify } = await asking(says(200, { ...AMY, aud }), { audience: ['chat', 'chat-2'] })
    expect((await verify(TOKEN)).status).toBe(status)
    const { verify: carefree } = await asking(says(200, { ...AMY, aud }))
    expect((await carefree(TOKEN)).status).toBe(200)
  })

  test('may call the fields of a user what it likes', async () => {
    const claims = { id: 'uid', nickname: 'https://app.example/nick', avatarUrl: 'face' }
    const answer = { active: true, sub: 'x', uid: 'amy', 'https://app.example/nick': 'Ames', face: 'https://a.example' }
    const { verify } = await asking(says(200, answer), { claims })
    expect((await verify(TOKEN)).json).toEqual({ id: 'amy', nickname: 'Ames', avatarUrl: 'https://a.example' })
  })

  test.each([
    ['inactive', { active: false, sub: 'amy' }, /not active/],
    ['active and of no user', { active: true }, /nobody’s/],
    ['active and of a user with a number for an id', { active: true, sub: 7 }, /nobody’s/],
    ['active and of a user who cannot be', { active: true, sub: '..' }, /nobody’s/],
    ['active beyond its end', { ...AMY, exp: Date.UTC(2026, 0, 1) / 1_000 }, /expired/],
  ])('makes a token count for nothing when it is %s', async (_, answer, why) => {
    const { verify, events } = await asking(says(200, answer))
    const { status, json } = await verify(TOKEN)
    expect([status, json.message]).toEqual([401, 'The token is not valid.'])
    expect(events).toEqual([{ type: 'refused', token: expect.any(String), why: expect.stringMatching(why) }])
    expect(JSON.stringify(events)).not.toContain(TOKEN)
  })
})

describe('an answer of the provider', () => {
  test('is used again for cacheFor seconds, and no longer', async () => {
    const { verify, provider, events } = await asking(says(200, AMY), { cacheFor: 20 })
    await verify(TOKEN)
    provider.answer = says(200, { active: false })
    clock += 19_999
    expect((await verify(TOKEN)).json).toEqual(USER)
    expect(provider.asked).toHaveLength(1)
    clock += 1
    expect((await verify(TOKEN)).status).toBe(401)
    expect(provider.asked).toHaveLength(2)
    expect(events.at(-1)).toMatchObject({ type: 'refused', why: NOT_ACTIVE })
  })

  test('is used again for ten seconds when nothing is said', async () => {
    const { verify, provider } = await asking(says(200, AMY))
    for (const ms of [0, 9_999, 1]) {
      clock += ms
      await verify(TOKEN)
    }
    expect(provider.asked).toHaveLength(2)
  })

  test('is never used past the end of the token', async () => {
    const { verify, provider } = await asking(says(200, { ...AMY, exp: clock / 1_000 + 5 }), { cacheFor: 60 })
    for (const [ms, status, asked] of [
      [0, 200, 1],
      [4_999, 200, 1],
      [1, 401, 2],
    ] as const) {
      clock += ms
      expect([(await verify(TOKEN)).status, provider.asked.length]).toEqual([status, asked])
    }
  })

  test('counts from the question, not from the answer', async () => {
    const slow = held(says(200, AMY))
    const { verifier, provider } = await asking(slow.answer)
    const first = verifier.verify(TOKEN)
    await eventually(async () => expect(provider.asked).toHaveLength(1))
    clock += 8_000
    slow.release()
    expect(await first).toEqual({ user: USER })
    provider.answer = says(200, { active: false })
    clock += 2_000
    expect(await verifier.verify(TOKEN)).toEqual({ refused: NOT_ACTIVE })
  })

  test('is for its own token alone', async () => {
    const { verify, provider } = await asking(says(200, AMY))
    await verify(TOKEN)
    provider.answer = says(200, { active: false })
    expect((await verify(`${TOKEN} `)).status).toBe(401)
    expect((await verify(TOKEN.toUpperCase())).status).toBe(401)
  })

  test('is not kept when it says no: the token may become good', async () => {
    const { verify, provider } = await asking(says(200, { active: false }))
    expect((await verify(TOKEN)).status).toBe(401)
    provider.answer = says(200, AMY)
    expect((await verify(TOKEN)).status).toBe(200)
  })

  test('is not kept when it makes no sense', async () => {
    const { verify, provider } = await asking(says(500, ''))
    expect((await verify(TOKEN)).status).toBe(503)
    provider.answer = says(200, AMY)
    expect((await verify(TOKEN)).status).toBe(200)
  })

  test('is never used again with cacheFor 0', async () => {
    const { verify, provider } = await asking(says(200, AMY), { cacheFor: 0 })
    for (let n = 0; n < 3; n++) await verify(TOKEN)
    expect(provider.asked).toHaveLength(3)
  })

  test('is used no longer when the clock is set back', async () => {
    const { verify, provider } = await asking(says(200, AMY))
    await verify(TOKEN)
    clock -= 3_600_000
    await verify(TOKEN)
    expect(provider.asked).toHaveLength(2)
  })

  test('makes room for others when there are many', async () => {
    const { verify, provider } = await asking(says(200, AMY), { cacheSize: 2 })
    for (const token of ['1', '2', '3', '3', '2', '1']) await verify(token)
    expect(provider.asked).toHaveLength(4)
  })
})

describe('requests for one token at the same time', () => {
  test('ask the provider once', async () => {
    const slow = held(says(200, AMY))
    const { verifier, provider } = await asking(slow.answer)
    const verdicts = Promise.all(Array.from({ length: 10 }, () => verifier.verify(TOKEN)))
    await eventually(async () => expect(provider.asked).toHaveLength(1))
    slow.release()
    expect(new Set(await verdicts)).toEqual(new Set([{ user: USER }]))
    expect(provider.asked).toHaveLength(1)
  })

  test('fail together, and the next one asks again', async () => {
    const slow = held(says(500, ''))
    const { verifier, provider } = await asking(slow.answer)
    const verdicts = Promise.allSettled(Array.from({ length: 3 }, () => verifier.verify(TOKEN)))
    await eventually(async () => expect(provider.asked).toHaveLength(1))
    slow.release()
    expect((await verdicts).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    provider.answer = says(200, AMY)
    expect(await verifier.verify(TOKEN)).toEqual({ user: USER })
  })

  test('do not join a question that is older than an answer may be', async () => {
    const slow = held(says(200, AMY))
    const { verifier, provider } = await asking(slow.answer, { cacheFor: 1 })
    const before = verifier.verify(TOKEN)
    await eventually(async () => expect(provider.asked).toHaveLength(1))
    // The user logs out while the provider is slow.
    clock += 1_000
    provider.answer = says(200, { active: false })
    expect(await verifier.verify(TOKEN)).toEqual({ refused: NOT_ACTIVE })
    slow.release()
    expect(await before).toEqual({ user: USER })
    expect(await verifier.verify(TOKEN)).toEqual({ refused: NOT_ACTIVE })
  })

  test('ask the provider one by one with cacheFor 0', async () => {
    const slow = held(says(200, AMY))
    const { verifier, provider } = await asking(slow.answer, { cacheFor: 0 })
    const verdicts = Promise.all([verifier.verify(TOKEN), verifier.verify(TOKEN), verifier.verify(TOKEN)])
    await eventually(async () => expect(provider.asked).toHaveLength(3))
    slow.release()
    expect(await verdicts).toEqual([{ user: USER }, { user: USER }, { user: USER }])
  })
})

describe('nobody is let in, and nothing is told,', () => {
  const quoted = `${TOKEN} from ${CLIENT} with ${SECRET}`
  const nonsense: [string, Answer, RegExp][] = [
    ['says that it does not know the client', says(401, { error: 'invalid_client', quoted }), /answers 401/],
    ['does not let the client ask', says(403, { error: quoted }), /answers 403/],
    ['breaks down', says(500, quoted), /answers 500/],
    ['says yes with the wrong status', says(201, AMY), /answers 201/],
    ['redirects', says(302, '', { location: 'http://127.0.0.1:1/' }), /does not answer/],
    ['answers HTML', says(200, `<h1>${quoted}</h1>`, { 'content-type': 'text/html' }), /no introspection/],
    ['answers half of it', says(200, JSON.stringify(AMY).slice(0, -1)), /no introspection/],
    ['answers nothing', says(200, ''), /no introspection/],
    ['answers a list', says(200, [AMY]), /no introspection/],
    ['answers null', says(200, 'null'), /no introspection/],
    ['does not say whether it is active', says(200, { sub: 'amy' }), /no introspection/],
    ['says so in a text', says(200, { ...AMY, active: 'true' }), /no introspection/],
    ['says so in a number', says(200, { ...AMY, active: 1 }), /no introspection/],
    ['answers 65 KiB', says(200, { ...AMY, more: 'x'.repeat(65 * 1024) }), /no introspection/],
    [
      'answers 65 MiB, tightly packed',
      says(200, gzipSync(JSON.stringify({ ...AMY, more: 'x'.repeat(65 * 1024 ** 2) })), { 'content-encoding': 'gzip' }),
      /no introspection/,
    ],
    ['hangs up', (response) => void response.destroy(), /does not answer/],
    ['never answers', () => {}, /does not answer/],
    ['never ends', (response) => void response.writeHead(200).write('{"active": true, '), /does not answer/],
  ]

  test.each(nonsense)('when the provider %s', async (_, answer, why) => {
    const { verify, events, call, provider } = await asking(answer, { timeout: 200 })
    const { status, headers, text: said } = await verify(TOKEN)
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    expect(events).toEqual([{ type: 'unavailable', why: expect.stringMatching(why) }])
    const everything = said + JSON.stringify([...headers, events])
    const credentials = String(provider.asked[0]?.headers.authorization).slice('Basic '.length)
    for (const hidden of [TOKEN, SECRET, CLIENT, credentials]) {
      expect(everything).not.toContain(hidden)
      expect(everything).not.toContain(encodeURIComponent(hidden))
    }
    expect((await call('GET', '/healthz')).status).toBe(200)
  })

  test('when nobody listens', async () => {
    const { url, close } = await listening(createServer().listen(0, '127.0.0.1'))
    await close()
    const { verify, events } = await asking(says(200, AMY), { url })
    expect((await verify(TOKEN)).status).toBe(503)
    expect(events).toEqual([{ type: 'unavailable', why: expect.stringContaining('does not answer') }])
  })

  test.each([301, 302, 303, 307, 308])('not even where the provider redirects to with %i', async (status) => {
    const target = await provided(says(200, AMY))
    const { verify } = await asking(says(status, '', { location: target.url }))
    expect((await verify(TOKEN)).status).toBe(503)
    expect(target.asked).toEqual([])
  })
})

test('an answer of 64 KiB is read', async () => {
  const { verify } = await asking(says(200, { ...AMY, more: 'x'.repeat(63 * 1024) }))
  expect((await verify(TOKEN)).status).toBe(200)
})

test('a timeout may be any number of milliseconds', async () => {
  const { verify } = await asking(says(200, AMY), { timeout: 1_500.5 })
  expect((await verify(TOKEN)).status).toBe(200)
})

test.each<[string, object, RegExp]>([
  ['no url', { url: undefined }, /url must be a URL/],
  ['an empty url', { url: '' }, /url must be a URL/],
  ['http on a public host', { url: 'http://id.example/introspect' }, /url must be https/],
  ['another protocol', { url: 'ftp://127.0.0.1/introspect' }, /url must be https/],
  ['user name and password in url', { url: 'https://me:pa55@id.example/' }, /url must not hold/],
  ['no clientId', { clientId: undefined }, /clientId is missing/],
  ['an empty clientId', { clientId: '' }, /clientId is missing/],
  ['no clientSecret', { clientSecret: undefined }, /clientSecret is missing/],
  ['an empty clientSecret', { clientSecret: '' }, /clientSecret is missing/],
  ['a cacheFor below 0', { cacheFor: -1 }, /cacheFor must be a number from 0 to 60/],
  ['a cacheFor of two minutes', { cacheFor: 120 }, /cacheFor must be a number from 0 to 60/],
  ['a cacheFor that is no number', { cacheFor: NaN }, /cacheFor must be a number/],
  ['a cacheFor in a text', { cacheFor: '10' }, /cacheFor must be a number/],
  ['a cacheSize of 0', { cacheSize: 0 }, /cacheSize must be a number/],
  ['a timeout of 0', { timeout: 0 }, /timeout must be a number/],
  ['a timeout of an hour', { timeout: 3_600_000 }, /timeout must be a number/],
])('introspection does not take %s', (_, wrong, message) => {
  const options = { url: 'https://id.example/introspect', clientId: CLIENT, clientSecret: 'pa55', ...wrong }
  const create = () => introspection(options)
  expect(create).toThrow(TypeError)
  expect(create).toThrow(message)
  expect(create).not.toThrow(/pa55/)
})
