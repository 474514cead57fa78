import { promisify } from 'node:util'
import { type ChatTokens, type ChatTokensOptions, createChatTokens, issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { imkitChat, type ImkitChatOptions } from '@imkit-auth/express'
import { Browser, listening } from '@imkit-auth/testkit'
import cookieSession from 'cookie-session'
import express, { type Express, type Request, type RequestHandler } from 'express'
import session from 'express-session'
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

function tokensFor(options: Partial<ChatTokensOptions> = {}): ChatTokens {
  const { url: serverUrl, apiKey } = emulator
  const logger = { warn: (message: string) => void warnings.push(message) }
  const tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), logger, ...options })
  onTestFinished(async () => void (await tokens.close({ withinMs: 0 })))
  return tokens
}

/** Any middleware's session, as far as these apps use it. */
const sessionOf = (req: Request) => (req as unknown as { session: Record<string, unknown> }).session
const identify: ImkitChatOptions['identify'] = (req) => sessionOf(req)['user'] as { id: string } | undefined
const logIn: RequestHandler = (req, _res, next) => {
  sessionOf(req)['user'] = { id: 'amy' }
  next()
}

async function serve(
  tokens: ChatTokens,
  build: (app: Express, chat: Chat) => void,
  options: Partial<ImkitChatOptions> = {},
) {
  const app = express()
  build(app, imkitChat(tokens, { identify, ...options }))
  const { url, close } = await listening(app.listen(0, '127.0.0.1'))
  onTestFinished(async () => void (await close()))
  return new Browser(url)
}
const stored = () => session({ secret: 'test', resave: false, saveUninitialized: false })

describe("with scope 'session', nothing of a session is left after its logout", () => {
  /** As passport's `logIn` does it: with `keep` the new session has what the old one had. */
  const regenerate =
    (keep: boolean): RequestHandler =>
    async (req, _res, next) => {
      const { cookie: _cookie, ...before } = req.session
      await promisify(req.session.regenerate.bind(req.session))()
      if (keep) Object.assign(req.session, before)
      next()
    }

  test.each([
    ['a login that begins a new session', [regenerate(false)]],
    ['a login that keeps what was in it (keepSessionInfo)', [regenerate(true)]],
    ['a login that keeps its id', []],
  ])('though it logged in twice: %s', async (_name, before) => {
    const browser = await serve(tokensFor({ scope: 'session' }), (app, chat) => {
      app.use(stored())
      app.post('/login', ...before, logIn, chat.login(), (req, res) => void res.json({ chat: req.chat }))
      app.post('/logout', chat.logout(), (req, res) => void req.session.destroy(() => res.sendStatus(204)))
    })
    const first = await browser.post('/login')
    const second = await browser.post('/login')
    expect([first.json.chat, second.json.chat]).toEqual([expect.anything(), expect.anything()])
    expect(live()).toBe(1)
    await browser.post('/logout')
    expect(live()).toBe(0)
  })

  test('and another device of the same user keeps its token', async () => {
    const phone = await serve(tokensFor({ scope: 'session' }), (app, chat) => {
      app.use(stored())
      app.post('/login', regenerate(false), logIn, chat.login(), (req, res) => void res.json({ chat: req.chat }))
      app.post('/logout', chat.logout(), (req, res) => void req.session.destroy(() => res.sendStatus(204)))
    })
    const laptop = phone.copy()
    await phone.post('/login')
    await laptop.post('/login')
    await laptop.post('/login')
    expect(live()).toBe(2)
    await laptop.post('/logout')
    expect(live()).toBe(1)
    await phone.post('/logout')
    expect(live()).toBe(0)
  })
})

describe('a session that is kept in its cookie', () => {
  const inCookie = () =>
    serve(tokensFor(), (app, chat) => {
      app.use(cookieSession({ keys: ['test'] }))
      app.post('/login', logIn, chat.login(), (req, res) => void res.json({ chat: req.chat }))
      app.post('/logout', chat.logout(), (req, res) => {
        ;(req as { session?: unknown }).session = null
        res.sendStatus(204)
      })
      app.post('/chat/token', chat.token())
    })

  test('gets a name at login, so its cookie gets nothing after the logout', async () => {
    const browser = await inCookie()
    const { json } = await browser.post('/login')
    const copy = browser.copy()
    expect((await copy.post('/chat/token')).json.token).toBe(json.chat.token)
    await browser.post('/logout')
    expect((await copy.post('/chat/token')).status).toBe(401)
    expect(live()).toBe(0)
    // Whoever logs in again has another one.
    expect((await browser.post('/login')).json.chat).not.toBeNull()
    expect((await browser.post('/chat/token')).status).toBe(200)
    expect((await copy.post('/chat/token')).status).toBe(401)
    expect(warnings.filter((warning) => warning.includes('session name'))).toEqual([])
  })

  test('has a name for each of two chats: a login at one leaves what a logout at the other ends', async () => {
    const other = imkitChat(tokensFor({ namespace: 'other' }), { identify })
    const browser = await serve(tokensFor(), (app, chat) => {
      app.use(cookieSession({ keys: ['test'] }), logIn)
      app.post('/login', chat.login(), (req, res) => void res.json({ chat: req.chat }))
      app.post('/other/login', other.login(), (_req, res) => void res.sendStatus(204))
      app.post('/logout', chat.logout(), (_req, res) => void res.sendStatus(204))
      app.post('/chat/token', chat.token())
    })
    await browser.post('/login')
    const copy = browser.copy()
    await browser.post('/other/login')
    await browser.post('/logout')
    expect((await copy.post('/chat/token')).status).toBe(401)
  })
})

describe('a verified token', () => {
  const claims = { iat: 1, exp: 4_102_444_800 }
  test.each<[string, object]>([
    ['sid, as express-jwt shows it', { auth: { ...claims, sid: 'one' } }],
    ['jti', { auth: { ...claims, jti: 'one' } }],
    ['sid, as express-oauth2-jwt-bearer shows it', { auth: { payload: { ...claims, sid: 'one' } } }],
    ['sid, as express-openid-connect shows it', { oidc: { idTokenClaims: { ...claims, sid: 'one' } } }],
    ['jti, as passport-jwt shows it', { user: { ...claims, jti: 'one' } }],
  ])('names its login by %s: after the logout it gets nothing', async (_how, shown) => {
    const show: RequestHandler = (req, _res, next) => (Object.assign(req, shown), next())
    const browser = await serve(
      tokensFor(),
      (app, chat) => {
        app.use(show)
        app.post('/login', chat.login(), (req, res) => void res.json({ chat: req.chat }))
        app.post('/logout', chat.logout(), (_req, res) => void res.sendStatus(204))
        app.post('/chat/token', chat.token())
      },
      { identify: () => ({ id: 'amy' }) },
    )
    await browser.post('/login')
    expect((await browser.post('/chat/token')).status).toBe(200)
    await browser.post('/logout')
    expect((await browser.post('/chat/token')).status).toBe(401)
    expect(live()).toBe(0)
  })
})

test('the first login without any session name is worth a warning, which tells what to give', async () => {
  const nameless = (app: Express, chat: Chat) =>
    app.post('/login', chat.login(), (req, res) => void res.json({ chat: req.chat }))
  const tokens = tokensFor()
  const browser = await serve(tokens, nameless, { identify: () => ({ id: 'amy' }) })
  await browser.post('/login')
  await browser.post('/login')
  expect(warnings).toEqual([expect.stringMatching(/no session name.*Give session.*sid.*jti/)])
  warnings = []
  const named = await serve(tokens, nameless, { identify: () => ({ id: 'amy' }), session: () => 'mine' })
  await named.post('/login')
  expect(warnings).toEqual([])
})

test('a login path without chat.login() in a session that has logged out gets no token, and a warning says why', async () => {
  const browser = await serve(tokensFor(), (app, chat) => {
    app.use(stored())
    app.post('/login', logIn, chat.login(), (req, res) => void res.json({ chat: req.chat }))
    app.post('/sign-up', logIn, (_req, res) => void res.json({}))
    app.post('/logout', chat.logout(), (req, res) => {
      // The session goes on, with nobody in it.
      sessionOf(req)['user'] = undefined
      res.sendStatus(204)
    })
    app.post('/chat/token', chat.token())
  })
  await browser.post('/login')
  await browser.post('/logout')
  await browser.post('/sign-up')
  for (let i = 0; i < 3; i++) expect((await browser.post('/chat/token')).status).toBe(401)
  expect(warnings).toEqual([expect.stringMatching(/sign-up.*lacks chat\.login\(\): add it there/)])
  await browser.post('/login')
  expect((await browser.post('/chat/token')).status).toBe(200)
})

test.each([
  ['no id', { id: null }],
  ['an id that no row has', { id: undefined }],
  ['an id that is no whole number', { id: 1.5 }],
])('a handler that logs in a user with %s by itself goes on without chat', async (_how, user) => {
  const browser = await serve(tokensFor(), (app, chat) => {
    app.post('/login', async (req, res) => void res.json({ chat: await chat.provision(req, user as never) }))
  })
  expect((await browser.post('/login')).json).toEqual({ chat: null })
})
