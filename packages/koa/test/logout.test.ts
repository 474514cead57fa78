import { once } from 'node:events'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ChatTokens, createChatTokens, issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { imkitChat, type ImkitChatOptions } from '@imkit-auth/koa'
import { eventually, listening } from '@imkit-auth/testkit'
import Koa, { type Middleware } from 'koa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const AMY = { id: 'amy', nickname: 'Amy' }

let emulator: Emulator
let tokens: ChatTokens
let warnings: string[]
let cleanUp: (() => unknown)[]

beforeEach(async () => {
  warnings = []
  emulator = await startEmulator()
  const { url: serverUrl, apiKey } = emulator
  const logger = { warn: (message: string) => void warnings.push(message) }
  tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), logger })
  cleanUp = [() => emulator.close(), () => tokens.close({ withinMs: 0 })]
  await tokens.provision(AMY)
})
afterEach(async () => {
  for (const close of cleanUp.toReversed()) await close()
})

const live = () => emulator.clients().find(({ _id }) => _id === 'amy')?.tokens.length ?? 0

function appOf(
  middleware: (chat: ReturnType<typeof imkitChat>) => Middleware[],
  options: Partial<ImkitChatOptions> = {},
) {
  const app = new Koa()
  app.silent = true
  for (const one of middleware(imkitChat(tokens, { identify: () => AMY, ...options }))) app.use(one)
  return app
}

async function serve(
  middleware: (chat: ReturnType<typeof imkitChat>) => Middleware[],
  options?: Partial<ImkitChatOptions>,
) {
  const { url, close } = await listening(appOf(middleware, options).listen(0, '127.0.0.1'))
  cleanUp.push(close)
  return url
}
const post = (url: string) => fetch(url, { method: 'POST', redirect: 'manual' })

/** Answers an error as the outermost middleware of many apps does. */
const mapped =
  (status: number): Middleware =>
  async (ctx, next) => {
    try {
      await next()
    } catch {
      ctx.status = status
      ctx.body = { error: 'mapped' }
    }
  }
const fail =
  (more: object): Middleware =>
  () => {
    throw Object.assign(new Error('no'), more)
  }

describe('the status that is finally sent decides', () => {
  test.each<[string, Middleware[], Middleware, number, number]>([
    ['an answer', [], (ctx) => void (ctx.body = 'bye'), 200, 0],
    ['no answer', [], () => {}, 404, 0],
    ['a redirect', [], (ctx) => ctx.redirect('/'), 302, 0],
    ['a stream', [], (ctx) => void (ctx.body = Readable.from(['good', 'bye'])), 200, 0],
    ['a refusal', [], (ctx) => void (ctx.status = 403), 403, 1],
    ['a 404 of its own', [], (ctx) => ctx.throw(404), 404, 1],
    ['an error with a status', [], fail({ status: 403 }), 403, 1],
    ['an error with only a statusCode', [], fail({ statusCode: 409 }), 409, 1],
    ['an error that is the host’s', [], fail({}), 500, 0],
    ['a refusal that outer middleware maps to a success', [mapped(200)], fail({ status: 403 }), 200, 0],
    ['an error that outer middleware maps to a refusal', [mapped(401)], fail({}), 401, 1],
    [
      'an answer that is written past Koa',
      [],
      (ctx) => void ((ctx.respond = false), ctx.res.writeHead(200).end('bye')),
      200,
      0,
    ],
  ])('%s', async (_name, outer, handler, status, left) => {
    const url = await serve((chat) => [...outer, chat.logout(), handler])
    const response = await post(url)
    await response.text()
    expect([response.status, live()]).toEqual([status, left])
  })
})

describe('over HTTP/2', () => {
  test('a logout revokes before its answer is complete, and pages are known by :authority', async () => {
    const app = appOf((chat) => [
      async (ctx, next) => (ctx.path === '/logout' ? chat.logout()(ctx, next) : chat.token()(ctx, next)),
      (ctx) => void (ctx.body = { bye: true }),
    ])
    const server = createHttp2Server((req, res) => void app.callback()(req as never, res as never)).listen(
      0,
      '127.0.0.1',
    )
    await once(server, 'listening')
    const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const session = connectHttp2(`http://${authority}`)
    cleanUp.push(
      () => server.close(),
      () => session.destroy(),
    )
    const call = async (path: string, headers: object = {}) => {
      const stream = session.request({ ':method': 'POST', ':path': path, ...headers })
      stream.end()
      const [{ ':status': status }] = await once(stream, 'response')
      const body = Buffer.concat(await stream.toArray()).toString()
      return { status, body }
    }
    expect((await call('/token', { origin: `http://${authority}` })).status).toBe(200)
    expect((await call('/token', { origin: 'http://evil.example' })).status).toBe(403)
    expect(await call('/logout')).toEqual({ status: 200, body: '{"bye":true}' })
    expect(live()).toBe(0)
  })
})

test('a client that leaves before the handler is done is waited for, and no longer', async () => {
  let finish = () => {}
  const url = await serve((chat) => [
    chat.logout(),
    async (ctx) => {
      await new Promise<void>((resolve) => (finish = resolve))
      ctx.status = 204
    },
  ])
  const client = connect(Number(new URL(url).port), '127.0.0.1')
  client.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n')
  await sleep(50)
  client.destroy()
  await sleep(100)
  expect(live()).toBe(1)
  finish()
  await eventually(() => expect(live()).toBe(0), 1_000)
})

test('whatever identify does, the logout is the host’s, and the login goes on', async () => {
  const identify = () => {
    throw new Error('no database')
  }
  const out = await serve((chat) => [chat.logout(), (ctx) => void (ctx.body = 'bye')], { identify })
  const login: Middleware = (ctx) => void (ctx.body = { chat: ctx.state['chat'] })
  const url = await serve((chat) => [chat.login() as Middleware, login], { identify })
  expect((await post(out)).status).toBe(200)
  expect(await (await post(url)).json()).toEqual({ chat: null })
  expect(warnings).toHaveLength(2)
})

test('an answer with a token is not to be stored; one without may be', async () => {
  const login: Middleware = (ctx) => void (ctx.body = { chat: ctx.state['chat'] })
  const url = await serve((chat) => [chat.login() as Middleware, login])
  expect((await post(url)).headers.get('cache-control')).toBe('no-store')
  const nobody = await serve((chat) => [chat.login() as Middleware, login], { identify: () => null })
  expect((await post(nobody)).headers.get('cache-control')).toBeNull()
})

/** Without its parentheses. */
function forgotten(chat: ReturnType<typeof imkitChat>, name: 'login' | 'logout'): Middleware {
  return chat[name]
}

test('middleware that is mounted without its parentheses is told so: by use() at once, otherwise at the first request', async () => {
  expect(() => appOf((chat) => [forgotten(chat, 'login')])).toThrow(/write chat\.login\(\), with parentheses/)
  const errors: unknown[] = []
  const app = appOf((chat) => [async (ctx, next) => forgotten(chat, 'logout')(ctx, next)])
  app.on('error', (error) => errors.push(error))
  const { url, close } = await listening(app.listen(0, '127.0.0.1'))
  cleanUp.push(close)
  expect((await post(url)).status).toBe(500)
  expect(String(errors[0])).toContain('write chat.logout(), with parentheses')
})
