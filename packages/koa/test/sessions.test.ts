import { type ChatTokensOptions, createChatTokens, issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { imkitChat } from '@imkit-auth/koa'
import { Browser, listening } from '@imkit-auth/testkit'
import { Router } from '@koa/router'
import Koa, { type Context, type Middleware } from 'koa'
import session from 'koa-session'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'

type Chat = ReturnType<typeof imkitChat>

let emulator: Emulator
let warnings: string[]

beforeEach(async () => {
  emulator = await startEmulator()
  warnings = []
})
afterEach(() => emulator.close())

const live = () => emulator.clients().flatMap((client) => client.tokens).length

async function serve(
  build: (router: Router, chat: Chat) => void,
  { inStore = true, ...options }: Partial<ChatTokensOptions> & { readonly inStore?: boolean } = {},
): Promise<Browser> {
  const { url: serverUrl, apiKey } = emulator
  const logger = { warn: (message: string) => void warnings.push(message) }
  const tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), logger, ...options })
  const chat = imkitChat(tokens, { identify: (ctx) => ctx.session?.user })
  const kept = new Map<string, unknown>()
  const inMemory = {
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: unknown) => void kept.set(key, value),
    destroy: async (key: string) => void kept.delete(key),
  }
  const app = new Koa()
  const router = new Router()
  app.keys = ['test']
  app.use(session(inStore ? { store: inMemory } : {}, app))
  build(router, chat)
  app.use(router.routes())
  const { url, close } = await listening(app.listen(0, '127.0.0.1'))
  onTestFinished(async () => {
    await close()
    await tokens.close({ withinMs: 0 })
  })
  return new Browser(url)
}

const logIn: Middleware = async (ctx, next) => {
  ;(ctx as Context).session = { user: { id: 'amy' } }
  await next()
}
const answer: Middleware = (ctx) => void (ctx.body = { chat: ctx.state['chat'] })
const logOut: Middleware = (ctx) => {
  ;(ctx as Context).session = null
  ctx.status = 204
}

test("with scope 'session', nothing of a session is left after its logout, though a login changed its id", async () => {
  const browser = await serve(
    (router, chat) => {
      const regenerate: Middleware = async (ctx, next) => {
        await (ctx as Context).session?.regenerate()
        await next()
      }
      router.post('/login', regenerate, logIn, chat.login() as Middleware, answer)
      router.post('/logout', chat.logout(), logOut)
    },
    { scope: 'session' },
  )
  await browser.post('/login')
  await browser.post('/login')
  expect(live()).toBe(1)
  await browser.post('/logout')
  expect(live()).toBe(0)
})

describe.each([
  ['in a store', true],
  ['in its cookie', false],
])('a session that is kept %s', (_where, inStore) => {
  test('gets nothing after its logout, whoever shows its cookie again, and something after the next login', async () => {
    const browser = await serve(
      (router, chat) => {
        router.post('/login', logIn, chat.login() as Middleware, answer)
        router.post('/logout', chat.logout(), logOut)
        router.post('/chat/token', chat.token())
      },
      { inStore },
    )
    const { json } = await browser.post('/login')
    const copy = browser.copy()
    expect((await copy.post('/chat/token')).json.token).toBe(json.chat.token)
    await browser.post('/logout')
    expect((await copy.post('/chat/token')).status).toBe(401)
    expect(live()).toBe(0)
    await browser.post('/login')
    expect((await browser.post('/chat/token')).status).toBe(200)
    expect((await copy.post('/chat/token')).status).toBe(401)
    expect(warnings.filter((warning) => warning.includes('session name'))).toEqual([])
  })
})

test('a JWT that koa-jwt has verified names its login by sid or jti', async () => {
  const shown: Middleware = async (ctx, next) => {
    ctx.state['user'] = { sub: 'amy', jti: 'one', iat: 1, exp: 4_102_444_800 }
    await next()
  }
  const { url: serverUrl, apiKey } = emulator
  const tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), logger: { warn() {} } })
  const chat = imkitChat(tokens, { identify: (ctx) => ({ id: String(ctx.state['user'].sub) }) })
  const app = new Koa()
  const router = new Router()
  router.post('/login', shown, chat.login() as Middleware, answer)
  router.post('/logout', shown, chat.logout(), (ctx) => void (ctx.status = 204))
  router.post('/chat/token', shown, chat.token())
  app.use(router.routes())
  const { url, close } = await listening(app.listen(0, '127.0.0.1'))
  onTestFinished(async () => {
    await close()
    await tokens.close({ withinMs: 0 })
  })
  const browser = new Browser(url)
  await browser.post('/login')
  expect((await browser.post('/chat/token')).status).toBe(200)
  await browser.post('/logout')
  expect((await browser.post('/chat/token')).status).toBe(401)
  expect(live()).toBe(0)
})
