import { createServer } from 'node:http'
import { connect } from 'node:net'
import { ChatHandler, createChatTokens, issue } from '@imkit-auth/core'
import { createTestChat } from '@imkit-auth/core/testing'
import { startEmulator } from '@imkit-auth/emulator'
import { listening } from '@imkit-auth/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'

const tokens = createChatTokens({ serverUrl: 'http://127.0.0.1:9', apiKey: 'key', mode: issue() })
const handler = new ChatHandler<null>(tokens, { identify: () => null, origins: ['https://spa.example'] })
const ask = (headers: object, method = 'POST') =>
  handler.token(null, {
    method,
    headers: { host: 'app.example', ...headers },
    body: {},
    stream: (async function* () {})(),
  })

describe('the token route', () => {
  test('answers the preflight of listed origins, with cookies', async () => {
    const { status, headers, body } = await ask({ origin: 'https://spa.example' }, 'OPTIONS')
    expect([status, body]).toEqual([204, undefined])
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://spa.example',
      'access-control-allow-credentials': 'true',
      'cache-control': 'no-store',
    })
    expect((await ask({ origin: 'https://evil.example' }, 'OPTIONS')).headers).not.toHaveProperty(
      'access-control-allow-origin',
    )
  })

  test('answers other methods 405', async () => {
    expect(await ask({}, 'GET')).toMatchObject({ status: 405, headers: { allow: 'POST, OPTIONS' } })
  })

  test('leaves the connection of a body that is too large to the next request', async () => {
    const server = createServer((req, res) => {
      const { method = '', headers } = req
      const answered = handler.token(null, { method, headers, body: undefined, stream: req })
      void answered.then(({ status }) => res.writeHead(status).end())
    })
    const { url, close } = await listening(server.listen(0, '127.0.0.1'))
    onTestFinished(async () => void (await close()))
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    const head = 'POST / HTTP/1.1\r\nhost: app.example\r\n'
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(64)}0\r\n\r\n`)
    socket.write(`${head}content-length: 0\r\n\r\n`)
    const statuses: string[] = []
    for await (const data of socket) {
      statuses.push(...(String(data).match(/(?<=HTTP\/1\.1 )\d+/g) ?? []))
      if (statuses.length === 2) break
    }
    expect(statuses).toEqual(['413', '401'])
  })
})

test.each([
  ['unreachable', 'UNAVAILABLE'],
  ['unauthorized', 'UNAUTHORIZED'],
] as const)('tells no page of keys and addresses: %s', async (fault, code) => {
  const logged: string[] = []
  const log = (message: string) => void logged.push(message)
  const chat = await createTestChat({ logger: { warn: log, error: log } })
  onTestFinished(() => chat.close())
  chat.fail(fault)
  const options = { identify: () => ({ id: 'amy' }), onUnavailable: 'fail' } as const
  const here = new ChatHandler<object>(chat.tokens, options)
  const { status, headers, body } = await here.token({}, { method: 'POST', headers: {}, body: {}, stream: null })
  expect([status, body]).toEqual([
    503,
    { error: code, message: 'The chat is not available at the moment. Try again later.' },
  ])
  expect(headers['retry-after']).toBeDefined()
  // Koa and http-errors' users show the message of an error that has `expose`.
  await expect(here.login({})).rejects.toMatchObject({ code, status: 503, expose: false })
})

test('what only an operator can mend is an error in the log, or a warning where there are no errors', async () => {
  const [warnings, errors]: [string[], string[]] = [[], []]
  const warn = (message: string) => void warnings.push(message)
  for (const logger of [{ warn }, { warn, error: (message: string) => void errors.push(message) }]) {
    const chat = await createTestChat({ logger })
    onTestFinished(() => chat.close())
    chat.fail('unauthorized')
    await expect(chat.tokens.login({ id: 'amy' })).rejects.toThrow(/API key/)
  }
  expect([warnings, errors]).toEqual([
    [expect.stringContaining('refuses the API key')],
    [expect.stringContaining('refuses the API key')],
  ])
})

describe('a handler', () => {
  test('names what is missing', () => {
    expect(() => new ChatHandler(undefined as never, { identify: () => null })).toThrow(/createChatTokens/)
    expect(() => new ChatHandler(tokens, {} as never)).toThrow(/identify/)
    expect(() => new ChatHandler(tokens, { identify: () => null, onUnavailable: 'ignore' as never })).toThrow(
      /onUnavailable/,
    )
    for (const wrong of [{ session: 'sid' }, { trustProxy: 1 }, { loginWaitMs: -1 }, { logoutWaitMs: '1s' }]) {
      const [option = ''] = Object.keys(wrong)
      expect(() => new ChatHandler(tokens, { identify: () => null, ...wrong } as never)).toThrow(option)
    }
  })

  test("lets a login without chat through, or fails it with onUnavailable: 'fail'", async () => {
    const identify = () => ({ id: 'amy' })
    expect(await new ChatHandler(tokens, { identify }).login(null)).toBeNull()
    const strict = new ChatHandler(tokens, { identify, onUnavailable: 'fail' })
    await expect(strict.login(null)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('keeps the login waiting no longer than loginWaitMs, and the page finds its token later', async () => {
    const emulator = await startEmulator()
    onTestFinished(() => emulator.close())
    emulator.fault({ match: 'POST /admin/clients', kind: 'delay-before', ms: 400 })
    const { url: serverUrl, apiKey } = emulator
    const slow = createChatTokens({ serverUrl, apiKey, mode: issue() })
    onTestFinished(async () => void (await slow.close({ withinMs: 0 })))
    const patient = new ChatHandler<null>(slow, { identify: () => ({ id: 'amy' }), loginWaitMs: 50 })
    const began = performance.now()
    expect(await patient.login(null)).toBeNull()
    expect(performance.now() - began).toBeLessThan(350)
    expect(await slow.provision({ id: 'amy' })).toMatchObject({ userId: 'amy' })
    expect(emulator.requests()).toHaveLength(1)
  })

  const broken: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('no database')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no database'))],
    ['returns a text', () => 'amy'],
    ['returns a number', () => 42],
    ['returns an object without an id', () => ({})],
    [
      'returns a user whose id throws',
      () => ({
        get id() {
          throw new Error('lazy')
        },
      }),
    ],
    ['returns an id that no URL can hold', () => ({ id: '..' })],
  ]

  test.each(broken)('lets a login through without chat, and warns, when identify %s', async (_how, identify) => {
    const { warnings, host } = warned(identify)
    const session = () => 's1'
    expect(await host({ session }).login(null)).toBeNull()
    await host({ session }).login(null)
    expect(warnings).toEqual([expect.stringMatching(/^imkit-auth: .* goes (on )?without chat/)])
    await expect(host({ session, onUnavailable: 'fail' }).login(null)).rejects.toBeInstanceOf(Error)
  })

  test.each(broken)('lets a logout through, and warns, when identify %s', async (_how, identify) => {
    const { warnings, host } = warned(identify)
    for (let i = 0; i < 5; i++) {
      const finish = await host().logout(null)
      expect(await finish(204)).toBeNull()
    }
    expect(warnings).toEqual([expect.stringMatching(/^imkit-auth: .*logout.*until it expires/)])
  })

  test('ends the chat of a logout whose session throws, as far as it can', async () => {
    const { warnings, host } = warned(() => ({ id: 'amy' }))
    const session = () => {
      throw new Error('no session')
    }
    const finish = await host({ session }).logout(null)
    expect(await finish(204)).toBe('volatile')
    expect(warnings).toContainEqual(expect.stringContaining('session'))
  })

  test('whose identify hands out an object that it changes says who asked, and nobody else', async () => {
    const emulator = await startEmulator()
    onTestFinished(() => emulator.close())
    const { url: serverUrl, apiKey } = emulator
    const told = createChatTokens({ serverUrl, apiKey, mode: issue() })
    onTestFinished(async () => void (await told.close({ withinMs: 0 })))
    const user = { id: 'amy' }
    const shared = new ChatHandler<null>(told, { identify: () => user, session: () => 's1' })
    const login = shared.login(null)
    user.id = 'bob'
    expect(await login).toMatchObject({ userId: 'amy' })
    user.id = 'amy'
    const finish = await shared.logout(null)
    user.id = ''
    expect(await finish(204)).toBe('confirmed')
    user.id = 'cleo'
    const request = { method: 'POST', headers: {}, body: { invalid: 'another' }, stream: null }
    const asked = shared.token(null, request)
    await Promise.resolve().then(() => Promise.resolve())
    user.id = 'bob'
    expect((await asked).body).toMatchObject({ userId: 'cleo' })
    expect(
      emulator
        .clients()
        .map(({ _id }) => _id)
        .sort(),
    ).toEqual(['amy', 'cleo'])
  })

  test.each([
    [204, true],
    [302, true],
    [403, false],
    [401, false],
    [500, true],
  ])('counts a logout that the host answered with %d: %s', async (status, counts) => {
    const session = `session ${status}`
    const here = new ChatHandler(tokens, { identify: () => ({ id: 'amy' }), session: () => session })
    const finish = await here.logout(null)
    await finish(status)
    const resumed = tokens.provision({ id: 'amy' }, { session })
    await expect(resumed).rejects.toMatchObject({ code: counts ? 'LOGGED_OUT' : 'UNAVAILABLE' })
  })
})

/** Handlers on tokens whose chat server is away, and what those warn of. */
function warned(identify: () => unknown) {
  const warnings: string[] = []
  const logger = { warn: (message: string) => void warnings.push(message) }
  const options = { serverUrl: 'http://127.0.0.1:9', apiKey: 'key', mode: issue(), logger }
  const away = createChatTokens({ ...options, namespace: 'away' })
  onTestFinished(async () => void (await away.close({ withinMs: 0 })))
  const host = (more: object = {}) =>
    new ChatHandler<null>(away, { identify: identify as never, logoutWaitMs: 0, ...more })
  return { warnings, host }
}
