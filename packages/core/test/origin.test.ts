import { ChatHandler, createChatTokens, issue } from '@imkit-auth/core'
import { describe, expect, test } from 'vitest'

const tokens = createChatTokens({ serverUrl: 'http://127.0.0.1:9', apiKey: 'key', mode: issue() })
const origins = ['https://spa.example', 'capacitor://localhost', 'app://.', 'chrome-extension://abcdefghijklmnop']

interface Asked {
  readonly method?: string
  readonly secure?: boolean
}

async function ask(headers: object, { method = 'POST', secure }: Asked = {}, options: object = {}) {
  const handler = new ChatHandler<null>(tokens, { identify: () => null, origins, ...options })
  return handler.token(null, { method, headers: headers as never, secure, body: {}, stream: null })
}

// Nobody is logged in here, so whoever is let in gets 401.
describe('the token route lets in', () => {
  test.each<[string, object, Asked?]>([
    ['the app’s own page', { host: 'app.example', origin: 'https://app.example', 'sec-fetch-site': 'same-origin' }],
    ['an older browser on the app’s own page', { host: 'app.example', origin: 'https://app.example' }],
    ['something that is no browser', { host: 'app.example' }],
    ['a listed origin', { host: 'app.example', origin: 'https://spa.example', 'sec-fetch-site': 'cross-site' }],
    ['an app on a phone', { host: 'app.example', origin: 'capacitor://localhost', 'sec-fetch-site': 'cross-site' }],
    ['a desktop app', { host: 'app.example', origin: 'app://.' }],
    ['an extension', { host: 'app.example', origin: 'chrome-extension://abcdefghijklmnop' }],
    ['HTTP/2, which has :authority instead of Host', { ':authority': 'app.example', origin: 'https://app.example' }],
    ['a Host with the default port', { host: 'app.example:443', origin: 'https://app.example' }],
    ['a Host with the default port of http', { host: 'app.example:80', origin: 'http://app.example' }],
    ['a Host in capitals', { host: 'App.Example:3000', origin: 'http://app.example:3000' }],
    ['https that a proxy took off', { host: 'app.example', origin: 'https://app.example' }, { secure: false }],
    ['https as it came', { host: 'app.example', origin: 'https://app.example' }, { secure: true }],
    ['header names in any case', { HOST: 'app.example', Origin: 'https://app.example' }],
    ['web-standard headers', new Headers({ host: 'app.example', origin: 'https://app.example' })],
  ])('%s', async (_name, headers, asked) => {
    expect((await ask(headers, asked)).status).toBe(401)
  })
})

describe('the token route answers 403 to', () => {
  test.each<[string, object, Asked?]>([
    ['a foreign page', { host: 'app.example', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['a sibling subdomain', { host: 'a.example', origin: 'https://blog.a.example', 'sec-fetch-site': 'same-site' }],
    ['an older browser on a foreign page', { host: 'app.example', origin: 'https://evil.example' }],
    ['a foreign page that sends no origin', { host: 'app.example', 'sec-fetch-site': 'cross-site' }],
    ['the listed origin on another port', { host: 'app.example', origin: 'https://spa.example:8443' }],
    ['a sandboxed frame', { host: 'app.example', origin: 'null' }],
    ['a sandboxed frame, without a Host', { origin: 'null' }],
    [
      'a sandboxed frame that calls itself the same',
      { host: 'a.example', origin: 'null', 'sec-fetch-site': 'same-origin' },
    ],
    ['an origin that is none', { host: 'app.example', origin: 'app.example' }],
    ['an origin that is none, without a Host', { origin: '//' }],
    ['two origins', { host: 'app.example', origin: ['https://app.example', 'https://evil.example'] }],
    [
      'two origins in two cases',
      { host: 'app.example', origin: 'https://app.example', Origin: 'https://evil.example' },
    ],
    ['an empty origin', { host: 'app.example', origin: '' }],
    ['another scheme with the app’s host', { host: 'app.example', origin: 'capacitor://app.example' }],
    ['http on what came over TLS', { host: 'app.example', origin: 'http://app.example' }, { secure: true }],
    ['http on HTTP/2 over TLS', { ':authority': 'a.example', ':scheme': 'https', origin: 'http://a.example' }],
    ['another port', { host: 'app.example:8080', origin: 'https://app.example' }],
    ['the port of the other scheme', { host: 'app.example:80', origin: 'https://app.example' }],
    ['a Host that hides another', { host: 'evil@app.example', origin: 'https://app.example' }],
    ['a Host with a path', { host: 'app.example/x', origin: 'https://app.example' }],
    ['any page, where no Host says what it is', { origin: 'https://app.example' }],
    [
      'what a page claims in X-Forwarded-Host',
      { host: 'a.example', 'x-forwarded-host': 'evil.example', origin: 'https://evil.example' },
    ],
    ['a foreign page, whatever the case of names', { HOST: 'app.example', ORIGIN: 'https://evil.example' }],
    ['a foreign page, in web-standard headers', new Headers({ host: 'app.example', origin: 'https://evil.example' })],
  ])('%s', async (_name, headers, asked) => {
    expect((await ask(headers, asked)).status).toBe(403)
  })
})

describe('behind a proxy that is trusted', () => {
  const behind = {
    host: '10.0.0.7:3000',
    'x-forwarded-host': 'App.example, inner.example',
    'x-forwarded-proto': 'https',
  }

  test.each([
    ['the page of the host that the proxy was asked for', 'https://app.example', 401],
    ['that page without TLS', 'http://app.example', 403],
    ['a page of the host behind it', 'http://10.0.0.7:3000', 403],
  ])('%s: %s', async (_name, origin, status) => {
    expect((await ask({ ...behind, origin }, {}, { trustProxy: true })).status).toBe(status)
  })

  test('a request that came around it counts by its Host', async () => {
    const headers = { host: 'app.example', origin: 'https://app.example' }
    expect((await ask(headers, {}, { trustProxy: true })).status).toBe(401)
  })
})

describe('the preflight of a listed origin', () => {
  const preflight = (names: string, options: object = {}) =>
    ask({ origin: 'https://spa.example', 'access-control-request-headers': names }, { method: 'OPTIONS' }, options)
  const allowed = async (names: string, options?: object) =>
    (await preflight(names, options)).headers['access-control-allow-headers']

  test('lets the headers pass that its app sends', async () => {
    expect((await preflight('x')).status).toBe(204)
    expect(await allowed('authorization, content-type,traceparent, x-csrf-token')).toBe(
      'content-type, authorization, traceparent, x-csrf-token',
    )
  })

  test('lets only those pass that allowedHeaders names', async () => {
    expect(await allowed('authorization, x-other', { allowedHeaders: ['x-csrf-token'] })).toBe(
      'content-type, x-csrf-token',
    )
  })

  test('repeats nothing that is no name', async () => {
    expect(await allowed('x-a, evil\r\nset-cookie: b, , "x"')).toBe('content-type, x-a')
  })
})

describe('at construction', () => {
  const construct = (options: object) => () => new ChatHandler(tokens, { identify: () => null, ...options })

  test.each([
    '*',
    'null',
    'https://spa.example/',
    'https://SPA.example',
    'spa.example',
    'https://*.example',
    'capacitor://',
    'capacitor://localhost/',
    'capacitor://*',
    'file://',
    'blob:https://spa.example',
    'javascript://x',
    42,
  ])('origins refuses %s', (origin) => {
    expect(construct({ origins: [origin] })).toThrow(TypeError)
    expect(construct({ origins: [origin] })).toThrow(/origins/)
  })

  test('origins and allowedHeaders must be lists', () => {
    expect(construct({ origins: 'https://spa.example' })).toThrow(/origins must be a list/)
    expect(construct({ allowedHeaders: 'authorization' })).toThrow(/allowedHeaders/)
    expect(construct({ allowedHeaders: ['a b'] })).toThrow(/allowedHeaders/)
  })

  test.each([
    'capacitor://localhost',
    'ionic://localhost',
    'tauri://localhost',
    'app://bundle',
    'moz-extension://a-b',
    'http://localhost:5173',
  ])('origins takes %s', (origin) => {
    expect(construct({ origins: [origin] })).not.toThrow()
  })
})
