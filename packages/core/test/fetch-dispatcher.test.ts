import { once } from 'node:events'
import { createServer } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { ChatTokenError, type ChatTokensOptions, createChatTokens, issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { eventually, listening } from '@imkit-auth/testkit'
import { Pool } from 'undici'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FetchDispatcher } from '../src/chat-server/fetch-dispatcher.js'

const AMY = { id: 'amy' }
const { versions } = process
let emulator: Emulator

beforeEach(async () => {
  // What the library knows Bun by. `npm run check:packages` runs it on Bun itself.
  Object.defineProperty(process, 'versions', { value: { ...versions, bun: '1.4.0' } })
  emulator = await startEmulator()
})
afterEach(async () => {
  Object.defineProperty(process, 'versions', { value: versions })
  vi.restoreAllMocks()
  await emulator.close()
})

function* endless() {
  for (;;) yield Buffer.alloc(65_536, ' ')
}

const chatTokens = (options: Partial<ChatTokensOptions> = {}) =>
  createChatTokens({
    serverUrl: emulator.url,
    apiKey: emulator.apiKey,
    mode: issue(),
    logger: { warn() {} },
    ...options,
  })

async function failure(options?: Partial<ChatTokensOptions>): Promise<ChatTokenError> {
  const error: unknown = await chatTokens(options)
    .login(AMY)
    .catch((reason: unknown) => reason)
  if (!(error instanceof ChatTokenError)) throw new Error(`expected a ChatTokenError, got ${String(error)}`)
  expect(String(error.stack)).not.toContain(emulator.apiKey)
  return error
}

describe('under Bun', () => {
  test('requests go by fetch, which is told to keep no connection and to unpack nothing', async () => {
    const spy = vi.spyOn(globalThis, 'fetch')
    const tokens = chatTokens()
    await tokens.login(AMY)
    expect(await tokens.revoke('amy')).toBe('confirmed')
    const told = { redirect: 'manual', keepalive: false, decompress: false, proxy: false }
    expect(spy.mock.calls.map(([url, init]) => [url, init])).toEqual([
      [`${emulator.url}/admin/clients`, expect.objectContaining({ method: 'POST', ...told })],
      [`${emulator.url}/admin/clients/amy/token`, expect.objectContaining({ method: 'DELETE', ...told })],
    ])
    expect(emulator.requests()[0]?.headers['accept-encoding']).toBe('identity')
  })

  test('a proxy may carry what is encrypted', async () => {
    const spy = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network'))
    await failure({ serverUrl: 'https://chat.invalid' })
    expect(spy.mock.calls[0]?.[1]).not.toHaveProperty('proxy')
  })

  test('an injected dispatcher still wins', async () => {
    const spy = vi.spyOn(globalThis, 'fetch')
    const request = (options: object) => pool.request(options as never)
    const pool = new Pool(emulator.url)
    await chatTokens({ dispatcher: { request } as never }).login(AMY)
    expect(spy).not.toHaveBeenCalled()
    await pool.close()
  })

  test.each([
    ['Pool', new Pool('http://127.0.0.1:9')],
    ['Agent, which has no request() there', {}],
  ])('a dispatcher of undici’s is refused at the start: %s', (_name, dispatcher) => {
    const message = "dispatcher: under Bun, undici's classes send nothing"
    expect(() => chatTokens({ dispatcher: dispatcher as never })).toThrow(message)
  })
})

test('on Node.js nothing goes by fetch', async () => {
  Object.defineProperty(process, 'versions', { value: versions })
  const spy = vi.spyOn(globalThis, 'fetch')
  await chatTokens({ dispatcher: new Pool(emulator.url) }).login(AMY)
  await chatTokens().login({ id: 'bob' })
  expect(spy).not.toHaveBeenCalled()
})

describe('by fetch', () => {
  test.each([301, 302, 303, 307, 308])('a redirect (%i) is never followed', async (status) => {
    emulator.fault({ match: '*', kind: 'redirect', status })
    expect(await failure()).toMatchObject({ code: 'MISCONFIGURED', message: expect.stringContaining(`${status}`) })
    expect(emulator.redirected()).toEqual([])
  })

  test('a redirect that the runtime hides is one', async () => {
    vi.spyOn(globalThis, 'fetch').mockResolvedValue({
      type: 'opaqueredirect',
      status: 0,
      headers: [],
      body: null,
    } as never)
    expect(await failure()).toMatchObject({ code: 'MISCONFIGURED' })
  })

  test('a chat server that is away certainly did not act', async () => {
    await emulator.accept(false)
    expect(await failure()).toMatchObject({ code: 'UNAVAILABLE', ambiguous: false })
  })

  test.each(['ConnectionRefused', 'FailedToOpenSocket', 'ECONNREFUSED', 'ENOTFOUND'])(
    'nor one of which Bun says %s',
    async (code) => {
      vi.spyOn(globalThis, 'fetch').mockRejectedValue(Object.assign(new Error('key'), { code }))
      expect(await failure()).toMatchObject({ code: 'UNAVAILABLE', ambiguous: false })
    },
  )

  test.each(['reset-before', 'reset-after-acting', 'truncate', 'html'] as const)(
    'one that answers with %s may have acted',
    async (kind) => {
      emulator.fault({ match: '*', kind })
      expect(await failure()).toMatchObject({ code: 'UNAVAILABLE', ambiguous: true })
      expect(emulator.requests()).toHaveLength(1)
    },
  )

  test.each([
    ['hang', {}],
    ['slow-body', { ms: 60_000 }],
  ] as const)('one that answers with %s is left at the deadline', async (kind, more) => {
    emulator.fault({ match: '*', kind, ...more })
    const startedAt = performance.now()
    expect(await failure({ deadline: 200 })).toMatchObject({ code: 'UNAVAILABLE', ambiguous: true })
    expect(performance.now() - startedAt).toBeLessThan(1_500)
  })

  test.each(['huge', 'gzip-bomb'] as const)('an answer of kind %s is cut off', async (kind) => {
    emulator.fault({ match: '*', kind })
    expect(await failure()).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('far larger') })
  })

  test('the rest of an answer that is cut off is not waited for', async () => {
    const server = createServer((_request, response) => void pipeline(endless(), response).catch(() => {}))
    const left = once(server, 'request').then(([, response]) => once(response, 'close'))
    const { url, close } = await listening(server.listen(0, '127.0.0.1'))
    expect(await failure({ serverUrl: url })).toMatchObject({ message: expect.stringContaining('far larger') })
    await left
    await close()
  })

  test('ids arrive as they are', async () => {
    for (const id of ['amy@example.com', 'team/amy', 'ämy ~*!(1)', "o'amy", 'a+b=c&d;e,f', '100%']) {
      await chatTokens().login({ id })
      expect(await chatTokens().revoke(id)).toBe('confirmed')
      expect(emulator.requests().at(-1)?.path).toBe(`/admin/clients/${encodeURIComponent(id)}/token`)
    }
  })

  test('close() breaks off what is under way, and what comes later still gets there', async () => {
    const tokens = chatTokens()
    await tokens.login(AMY)
    emulator.fault({ match: '*', kind: 'hang', times: 1 })
    const underWay = tokens.login({ id: 'bob' }).catch((error: unknown) => error)
    await eventually(() => expect(emulator.requests()).toHaveLength(2))
    await tokens.close({ withinMs: 0 })
    await eventually(() => expect(emulator.requests()[1]?.status).toBe(0))
    await underWay
    expect(await tokens.revoke('amy')).toBe('confirmed')
  })
})

describe('FetchDispatcher', () => {
  const ask = (dispatcher: FetchDispatcher, origin: string, path: string, signal = new AbortController().signal) =>
    dispatcher.request({ origin, method: 'POST', path, headers: { 'im-api-key': 'secret-key' }, body: '{}', signal })

  test.each(['/a/../b', '/a/./b', '/a/%2e%2e/b', '/a b', '/a?b#c', '@evil.example/', '/a\\b', '/ä', ''])(
    'does not send what a URL parser would change: %j',
    async (path) => {
      const spy = vi.spyOn(globalThis, 'fetch')
      const error: unknown = await ask(new FetchDispatcher(50), emulator.url, path).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'INVALID_USER' })
      expect(String((error as Error).stack)).not.toContain('secret-key')
      expect(spy).not.toHaveBeenCalled()
    },
  )

  test('sends fifty requests at once, the others in their turn; who gives up waiting takes no turn', async () => {
    let most = 0
    let open = 0
    const server = createServer((_request, response) => {
      most = Math.max(most, ++open)
      setTimeout(() => {
        open -= 1
        response.end('x')
      }, 50)
    }).listen(0, '127.0.0.1')
    const { url, close } = await listening(server)
    const dispatcher = new FetchDispatcher(50)
    const readAll = async (signal?: AbortSignal) => {
      const { body } = await ask(dispatcher, url, '/', signal)
      for await (const chunk of body) expect(chunk.length).toBe(1)
    }
    const all = Array.from({ length: 120 }, () => readAll())
    const impatient = Array.from({ length: 60 }, () => readAll(AbortSignal.timeout(10)))
    const ends = await Promise.allSettled(impatient)
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['rejected']))
    await Promise.all(all)
    await readAll()
    expect(most).toBe(50)
    await close()
  })
})
