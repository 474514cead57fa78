import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { ChatHandler, type ChatTokens, createChatTokens, issue, type TokenRequest } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { listening } from '@imkit-auth/testkit'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'

let emulator: Emulator
let tokens: ChatTokens
/** The live token of the user who asks. */
let refused: string

beforeEach(async () => {
  emulator = await startEmulator()
  const { url: serverUrl, apiKey } = emulator
  tokens = createChatTokens({ serverUrl, apiKey, mode: issue() })
  refused = (await tokens.provision({ id: 'amy' })).token
})
afterEach(async () => {
  await tokens.close({ withinMs: 0 })
  await emulator.close()
})

function ask(request: Partial<TokenRequest>) {
  const handler = new ChatHandler<null>(tokens, { identify: () => ({ id: 'amy' }) })
  return handler.token(null, {
    method: 'POST',
    headers: { host: 'app.example' },
    body: undefined,
    stream: null,
    ...request,
  })
}

/** The body says that the token is refused: so it is replaced, or the answer is no 200. */
async function expectHonoured(request: Partial<TokenRequest>) {
  const { status, body } = await ask(request)
  expect(status).toBe(200)
  expect(body).not.toMatchObject({ token: refused })
}
const text = () => JSON.stringify({ invalid: refused })
const drained = async (content: string) => {
  const stream = Readable.from([Buffer.from(content)])
  await stream.toArray()
  return stream
}

describe('a token that was refused is replaced, when it comes as', () => {
  test.each<[string, () => Partial<TokenRequest> | Promise<Partial<TokenRequest>>]>([
    ['an object of a JSON parser', () => ({ body: { invalid: refused } })],
    [
      'an object without a prototype, as form parsers make',
      () => ({ body: Object.assign(Object.create(null), { invalid: refused }) }),
    ],
    ['a text, as express.text leaves it', () => ({ body: text() })],
    ['bytes, as express.raw and serverless hosts leave them', () => ({ body: Buffer.from(text()) })],
    ['bytes of another kind', () => ({ body: new TextEncoder().encode(text()) })],
    ['an ArrayBuffer', () => ({ body: new TextEncoder().encode(text()).buffer })],
    ['a stream that nobody has read', () => ({ stream: Readable.from([Buffer.from(text())]) })],
    [
      'a stream that a parser left, with {} as the body',
      () => ({ body: {}, stream: Readable.from([Buffer.from(text())]) }),
    ],
    [
      'a web-standard body',
      () => ({ stream: new Request('http://a', { method: 'POST', body: text() }).body as never }),
    ],
    ['bytes beside a stream that was read', async () => ({ body: Buffer.from(text()), stream: await drained(text()) })],
  ])('%s', async (_how, request) => {
    await expectHonoured(await request())
  })
})

describe('the answer is never 200 with the refused token, when it comes as', () => {
  test.each<[string, () => Partial<TokenRequest> | Promise<Partial<TokenRequest>>, number?]>([
    ['a text that is no JSON', () => ({ body: `invalid=${refused}` })],
    ['a JSON text in a JSON text', () => ({ body: JSON.stringify(text()) })],
    ['a list', () => ({ body: [refused] })],
    ['a form that only its class can read', () => ({ body: new URLSearchParams({ invalid: refused }) })],
    [
      'a stream that was read before, over HTTP/2',
      async () => ({ headers: { ':authority': 'a' }, stream: await drained(text()) }),
    ],
    [
      'a stream that was read before, and its length',
      async () => ({ headers: { 'content-length': '99' }, stream: await drained(text()) }),
    ],
    [
      'a stream that was read before, in chunks',
      async () => ({ headers: { 'transfer-encoding': 'chunked' }, stream: await drained(text()) }),
    ],
    [
      'a stream that was read before, which left {}',
      async () => ({ headers: { 'content-length': '99' }, body: {}, stream: await drained(text()) }),
    ],
    [
      'a web-standard body that was read before',
      async () => {
        const request = new Request('http://a', { method: 'POST', body: text() })
        await request.text()
        return { headers: request.headers, stream: request.body as never }
      },
    ],
    ['far too long a text', () => ({ body: JSON.stringify({ invalid: refused, more: 'x'.repeat(17_000) }) }), 413],
    [
      'far too many bytes',
      () => ({ body: Buffer.from(JSON.stringify({ invalid: refused, more: 'x'.repeat(17_000) })) }),
      413,
    ],
  ])('%s', async (_how, request, status = 400) => {
    expect((await ask(await request())).status).toBe(status)
  })
})

describe('nothing is said to be refused by', () => {
  test.each<[string, () => Partial<TokenRequest> | Promise<Partial<TokenRequest>>]>([
    [
      'a web-standard request without a body',
      () => ({ stream: new Request('http://a', { method: 'POST' }).body as never }),
    ],
    ['an empty text', () => ({ body: '' })],
    ['no bytes', () => ({ body: Buffer.alloc(0) })],
    ['an empty stream', () => ({ stream: Readable.from([]) })],
    [
      'a stream that was read and had nothing',
      async () => ({ headers: { 'content-length': '0' }, stream: await drained('') }),
    ],
    ['a stream that was read, of a request without a body', async () => ({ stream: await drained(''), headers: {} })],
    [
      '{} that a parser has read',
      async () => ({ body: {}, headers: { 'content-length': '2' }, stream: await drained('{}') }),
    ],
  ])('%s', async (_how, request) => {
    expect(await ask(await request())).toMatchObject({ status: 200, body: { token: refused } })
  })
})

test.each([
  ['{', 400],
  ['[]', 400],
  ['7', 400],
  ['null', 400],
  ['{"invalid": 7}', 400],
  ['{"invalid": null}', 400],
  ['{}', 200],
  ['', 200],
])('reads the body itself when no parser did: %s', async (body, status) => {
  expect((await ask({ stream: Readable.from([Buffer.from(body)]) })).status).toBe(status)
})

test('a request of Node’s whose body other middleware has thrown away is answered 400', async () => {
  const server = createServer((req, res) => {
    req.resume().once('end', () => {
      void ask({ headers: req.headers, stream: req }).then(({ status }) => res.writeHead(status).end())
    })
  })
  const { url, close } = await listening(server.listen(0, '127.0.0.1'))
  onTestFinished(async () => void (await close()))
  expect((await fetch(url, { method: 'POST', body: text() })).status).toBe(400)
  expect((await fetch(url, { method: 'POST' })).status).toBe(200)
})
