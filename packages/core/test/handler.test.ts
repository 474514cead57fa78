import { createServer } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { ChatHandler, createChatTokens, issue } from '@imkit-auth/core'
import { listening } from '@imkit-auth/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'

const tokens = createChatTokens({ serverUrl: 'http://127.0.0.1:9', apiKey: 'key', mode: issue(), deadline: 50 })
const handler = new ChatHandler<null>(tokens, { identify: () => null, origins: ['https://spa.example'] })
const ask = (headers: object, method = 'POST') =>
  handler.token(null, {
    method,
    headers: { host: 'app.example', ...headers },
    body: {},
    stream: (async function* () {})(),
  })

describe('the token route', () => {
  // Nobody is logged in here, so whoever is let in gets 401.
  test.each([
    ['the app’s own page', { origin: 'https://app.example', 'sec-fetch-site': 'same-origin' }, 401],
    ['an older browser on the app’s own page', { origin: 'https://app.example' }, 401],
    ['something that is no browser', {}, 401],
    ['a listed origin', { origin: 'https://spa.example', 'sec-fetch-site': 'cross-site' }, 401],
    ['a foreign page', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
    ['a sibling subdomain', { origin: 'https://blog.app.example', 'sec-fetch-site': 'same-site' }, 403],
    ['an older browser on a foreign page', { origin: 'https://evil.example' }, 403],
    ['a sandboxed frame', { origin: 'null' }, 403],
    ['a foreign page that sends no origin', { 'sec-fetch-site': 'cross-site' }, 403],
    ['the listed origin on another port', { origin: 'https://spa.example:8443' }, 403],
  ])('called by %s', async (_name, headers, status) => {
    expect((await ask(headers)).status).toBe(status)
  })

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

  test.each([
    ['{', 400],
    ['[]', 401],
    ['7', 400],
    ['{"invalid": 7}', 400],
    ['{"invalid": null}', 400],
    ['', 401],
    [`{"invalid": "${'x'.repeat(17_000)}"}`, 413],
  ])('reads the body itself when no parser did: %.20s', async (text, status) => {
    const stream = (async function* () {
      yield Buffer.from(text)
    })()
    const headers = { host: 'app.example' }
    expect((await handler.token(null, { method: 'POST', headers, body: undefined, stream })).status).toBe(status)
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

  test('reads the body itself when a parser left {} on a request that it did not read', async () => {
    const answer = async (stream: Readable) => {
      const request = { method: 'POST', headers: { host: 'app.example' }, body: {}, stream }
      return (await handler.token(null, request)).status
    }
    const read = Readable.from(['{'])
    read.resume()
    expect(await answer(Readable.from([Buffer.from('{')]))).toBe(400)
    expect(await answer(read)).toBe(401)
  })

  test('names a wrong origin at construction', () => {
    for (const origin of ['*', 'https://spa.example/', 'spa.example', 'https://*.example']) {
      expect(() => new ChatHandler(tokens, { identify: () => null, origins: [origin] })).toThrow(/origins/)
    }
  })
})

describe('a handler', () => {
  test('names what is missing', () => {
    expect(() => new ChatHandler(undefined as never, { identify: () => null })).toThrow(/createChatTokens/)
    expect(() => new ChatHandler(tokens, {} as never)).toThrow(/identify/)
    expect(() => new ChatHandler(tokens, { identify: () => null, onUnavailable: 'ignore' as never })).toThrow(
      /onUnavailable/,
    )
  })

  test("lets a login without chat through, or fails it with onUnavailable: 'fail'", async () => {
    const identify = () => ({ id: 'amy' })
    expect(await new ChatHandler(tokens, { identify }).login(null)).toBeNull()
    const strict = new ChatHandler(tokens, { identify, onUnavailable: 'fail' })
    await expect(strict.login(null)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('never hides a mistake in identify', async () => {
    const numeric = new ChatHandler(tokens, { identify: () => ({ id: 42 }) as never })
    await expect(numeric.login(null)).rejects.toMatchObject({ code: 'INVALID_USER' })
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
    const resumed = tokens.provision({ id: 'amy' }, { session, resume: true })
    await expect(resumed).rejects.toMatchObject({ code: counts ? 'LOGGED_OUT' : 'UNAVAILABLE' })
  })
})
