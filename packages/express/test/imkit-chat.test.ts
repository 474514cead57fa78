import { request } from 'node:http'
import { inspect } from 'node:util'
import { type ChatTokens, createChatTokens, issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { imkitChat } from '@imkit-auth/express'
import { eventually, listening } from '@imkit-auth/testkit'
import express, { type Express } from 'express'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const AMY = { id: 'amy', nickname: 'Amy' }

let emulator: Emulator
let tokens: ChatTokens
let cleanUp: (() => Promise<unknown>)[]

beforeEach(async () => {
  emulator = await startEmulator()
  tokens = createChatTokens({ serverUrl: emulator.url, apiKey: emulator.apiKey, mode: issue(), logger: { warn() {} } })
  cleanUp = [() => emulator.close(), () => tokens.close({ withinMs: 0 })]
})
afterEach(async () => {
  for (const close of cleanUp.toReversed()) await close()
})

/** An app whose every request comes from Amy. */
async function serve(build: (app: Express, chat: ReturnType<typeof imkitChat>) => void, options = {}) {
  const app = express()
  build(app, imkitChat(tokens, { identify: () => AMY, ...options }))
  const { url, close } = await listening(app.listen(0, '127.0.0.1'))
  cleanUp.push(close)
  return url
}
const post = (url: string, init: RequestInit = {}) => fetch(url, { method: 'POST', redirect: 'manual', ...init })
const live = () => emulator.clients().find(({ _id }) => _id === 'amy')?.tokens.length ?? 0

describe('logout()', () => {
  const logout = (handler: express.RequestHandler) => serve((app, chat) => app.post('/logout', chat.logout(), handler))

  test.each<[string, express.RequestHandler]>([
    ['an empty answer', (_req, res) => void res.sendStatus(204)],
    ['JSON', (_req, res) => void res.json({ bye: true })],
    ['a redirect', (_req, res) => res.redirect('/')],
    ['a stream', (_req, res) => void res.write('good', () => res.end('bye'))],
    ['an error of its own', (_req, _res, next) => next(new Error('session store down'))],
  ])('revokes before the answer is complete: %s', async (_name, handler) => {
    const url = await logout(handler)
    await tokens.provision(AMY)
    await (await post(`${url}/logout`)).text()
    expect(live()).toBe(0)
  })

  test('sends the whole answer, once', async () => {
    const errors: unknown[] = []
    const url = await logout((_req, res) => {
      // As without us: Node.js complains about what is written after the end.
      res.on('error', (error) => errors.push(error))
      res.json({ bye: true })
      res.end('and again')
    })
    const response = await post(`${url}/logout`)
    expect([response.status, await response.json()]).toEqual([200, { bye: true }])
    expect(errors).toMatchObject([{ code: 'ERR_STREAM_WRITE_AFTER_END' }])
  })

  test('leaves a user alone whose logout the host refused', async () => {
    const url = await logout((_req, res) => void res.status(403).send('wrong CSRF token'))
    const { token } = await tokens.provision(AMY)
    expect((await post(`${url}/logout`)).status).toBe(403)
    expect((await tokens.current('amy'))?.token).toBe(token)
    expect(live()).toBe(1)
  })

  test('runs after the host’s own logout, whose user it captured before', async () => {
    const order: string[] = []
    let user: typeof AMY | null = AMY
    const url = await serve(
      (app, chat) =>
        app.post('/logout', chat.logout(), (_req, res) => {
          user = null
          order.push('host')
          res.sendStatus(204)
        }),
      { identify: () => user },
    )
    await tokens.provision(AMY)
    tokens.on('revoked', () => order.push('chat'))
    await post(`${url}/logout`)
    expect(order).toEqual(['host', 'chat'])
  })

  test('ends the chat session even if the browser hung up', async () => {
    const url = await logout((_req, res) => void setTimeout(() => res.sendStatus(204), 500))
    await tokens.provision(AMY)
    const hasty = request(`${url}/logout`, { method: 'POST' }).on('error', () => {})
    hasty.end()
    setTimeout(() => hasty.destroy(), 50)
    await eventually(() => expect(live()).toBe(0))
  })

  test('takes no longer than its wait when the chat server hangs', async () => {
    const url = await logout((_req, res) => void res.sendStatus(204))
    await tokens.provision(AMY)
    emulator.fault({ match: '*', kind: 'hang' })
    const started = performance.now()
    expect((await post(`${url}/logout`)).status).toBe(204)
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

describe('login()', () => {
  test('leaves req.chat null when nobody is logged in', async () => {
    const url = await serve((app, chat) => app.post('/login', chat.login(), (req, res) => void res.json([req.chat])), {
      identify: () => undefined,
    })
    expect(await (await post(`${url}/login`)).json()).toEqual([null])
  })

  test("with onUnavailable: 'fail' answers 503 and when to come back", async () => {
    await emulator.accept(false)
    const url = await serve(
      (app, chat) => {
        app.post('/login', chat.login(), (_req, res) => void res.sendStatus(200))
        app.set('env', 'production')
      },
      { onUnavailable: 'fail' },
    )
    const response = await post(`${url}/login`)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no database')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no database'))],
    ['finds something that is no user', () => 'amy'],
  ])('goes on when identify %s, and so does a logout', async (_how, identify) => {
    const url = await serve(
      (app, chat) => {
        app.post('/login', chat.login(), (req, res) => void res.json([req.chat]))
        app.post('/logout', chat.logout(), (_req, res) => void res.sendStatus(204))
      },
      { identify },
    )
    expect(await (await post(`${url}/login`)).json()).toEqual([null])
    expect((await post(`${url}/logout`)).status).toBe(204)
  })

  test('makes an answer with a token one that is not to be stored', async () => {
    const build = (app: Express, chat: ReturnType<typeof imkitChat>) =>
      app.post('/login', chat.login(), (req, res) => void res.json({ chat: req.chat }))
    expect((await post(`${await serve(build)}/login`)).headers.get('cache-control')).toBe('no-store')
    const nobody = await serve(build, { identify: () => null })
    expect((await post(`${nobody}/login`)).headers.get('cache-control')).toBeNull()
  })

  test('keeps the login waiting no longer than loginWaitMs', async () => {
    emulator.fault({ match: '*', kind: 'hang' })
    const url = await serve((app, chat) => app.post('/login', chat.login(), (req, res) => void res.json([req.chat])), {
      loginWaitMs: 100,
    })
    const started = performance.now()
    expect(await (await post(`${url}/login`)).json()).toEqual([null])
    expect(performance.now() - started).toBeLessThan(1_500)
  })
})

test('provision() and revoke() serve handlers that do it all themselves', async () => {
  const url = await serve((app, chat) => {
    app.post('/login', async (req, res) => void res.json([await chat.provision(req, AMY), req.chat]))
    app.post('/logout', async (req, res) => void res.json([await chat.revoke(req, AMY)]))
  })
  const [credentials, onRequest] = (await (await post(`${url}/login`)).json()) as object[]
  expect(credentials).toMatchObject({ userId: 'amy' })
  expect(onRequest).toEqual(credentials)
  expect(await (await post(`${url}/logout`)).json()).toEqual(['confirmed'])
})

describe('token()', () => {
  const body = JSON.stringify({ invalid: 'an old token' })
  const headers = { 'content-type': 'application/json' }

  test.each([
    ['with express.json()', [express.json()]],
    ['without a body parser', []],
  ])('works %s', async (_name, before) => {
    const url = await serve((app, chat) => app.post('/chat/token', ...before, chat.token()))
    expect((await post(`${url}/chat/token`, { body, headers })).status).toBe(200)
    expect((await post(`${url}/chat/token`)).status).toBe(200)
  })

  test.each([
    ['with express.json()', [express.json()]],
    ['without a body parser', []],
  ])('reads JSON that is not called JSON, %s', async (_name, before) => {
    const url = await serve((app, chat) => app.post('/chat/token', ...before, chat.token()))
    const { token } = await tokens.provision(AMY)
    const response = await post(`${url}/chat/token`, { body: JSON.stringify({ invalid: token }) })
    expect(response.status).toBe(200)
    expect(await response.json()).not.toMatchObject({ token })
  })

  test('takes what other middleware made of the body', async () => {
    const read: express.RequestHandler = (req, _res, next) =>
      req.resume().on('end', () => {
        req.body = { invalid: 7 }
        next()
      })
    const url = await serve((app, chat) => app.post('/chat/token', read, chat.token()))
    expect((await post(`${url}/chat/token`, { body })).status).toBe(400)
  })

  test('mounted for all methods answers preflights of listed origins', async () => {
    const origins = ['https://spa.example']
    const url = await serve((app, chat) => app.all('/chat/token', chat.token()), { origins })
    const response = await post(`${url}/chat/token`, { method: 'OPTIONS', headers: { origin: 'https://spa.example' } })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://spa.example')
  })
})

test('middleware that is mounted without its parentheses is told so when the app starts', () => {
  const chat = imkitChat(tokens, { identify: () => AMY })
  for (const name of ['login', 'logout', 'token'] as const) {
    const forgotten = chat[name] as unknown as express.RequestHandler
    const said = `write chat.${name}(), with parentheses`
    expect(() => express().post('/login', forgotten)).toThrow(said)
    expect(() => express().use(forgotten)).toThrow(said)
    expect(() => express.Router().post('/login', express.json(), [forgotten])).toThrow(said)
    expect(() => forgotten({} as never, {} as never, () => {})).toThrow(said)
    // Whoever only looks at it, such as a debugger, finds a function.
    expect(inspect(chat)).toContain(`${name}: [Function: ${name}]`)
  }
})
