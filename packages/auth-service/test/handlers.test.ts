import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { buffer, json as readJson } from 'node:stream/consumers'
import { ReadableStream } from 'node:stream/web'
import { setImmediate } from 'node:timers/promises'
import { createChatTokens, external, memoryStore } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import {
  type AuthService,
  type AuthServiceOptions,
  createAuthService,
  createVerifier,
  verifyWith,
} from '@imkit-auth/auth-service'
import { authServiceHandler } from '@imkit-auth/auth-service/express'
import { authServiceMiddleware } from '@imkit-auth/auth-service/koa'
import { AuthServiceModule } from '@imkit-auth/auth-service/nestjs'
import { authServiceListener } from '@imkit-auth/auth-service/node'
import { authServiceFetch } from '@imkit-auth/auth-service/web'
import { listening, type ListeningApp } from '@imkit-auth/testkit'
import {
  Body,
  Controller,
  type DynamicModule,
  type ExecutionContext,
  Get,
  HttpCode,
  Injectable,
  Module,
  Post,
} from '@nestjs/common'
import { APP_GUARD, NestFactory } from '@nestjs/core'
import express from 'express'
import Koa from 'koa'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { AMY } from './service.js'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const KEY = { algorithm: 'EdDSA', keyId: '2026' } as const

/** The tokens of the app that every handler is tried with. */
const tokens = createChatTokens({
  serverUrl: 'https://app.imkit.io',
  mode: external({ mint: jwtMinter({ privateKey, ttl: 3_600, ...KEY }) }),
  store: memoryStore(),
})
afterAll(() => tokens.close({ withinMs: 0 }))

const optionsAt = (path: string): AuthServiceOptions => ({
  verifier: createVerifier({ tokens, keys: [{ publicKey, ...KEY }] }),
  path,
})
const serviceAt = (path: string): AuthService => createAuthService(optionsAt(path))
const serve = (listener: RequestListener): Promise<ListeningApp> =>
  listening(createServer(listener).listen(0, '127.0.0.1'))

/** An app with the service at `at`, and a route of its own that says hello, to whomever a POST names. */
interface HostApp {
  readonly name: string
  readonly start: () => Promise<ListeningApp>
  readonly at?: string
  readonly hello?: string
  /** Whether the framework parses bodies before the service sees them: then it refuses some itself. */
  readonly parses?: boolean
}

const besideHello =
  (listener: RequestListener): RequestListener =>
  (request, response) =>
    void (request.url === '/hello'
      ? response.end(request.method === 'POST' ? 'hello amy' : 'hello')
      : listener(request, response))

/** Apps look a session up before they read what was sent. */
const busy: express.RequestHandler = async (_, __, next) => {
  await setImmediate()
  next()
}

function startExpress(prepare: (app: express.Express) => unknown): Promise<ListeningApp> {
  const app = express()
  prepare(app)
  app.get('/hello', (_, res) => void res.send('hello'))
  app.post('/hello', busy, express.json(), (req, res) => void res.send(`hello ${req.body.name}`))
  return listening(app.listen(0, '127.0.0.1'))
}

function startKoa(...before: Koa.Middleware[]): Promise<ListeningApp> {
  const app = Object.assign(new Koa(), { silent: true })
  for (const middleware of before) app.use(middleware)
  app.use(authServiceMiddleware(serviceAt('/chat-auth')))
  app.use(async (ctx) => {
    if (ctx.path !== '/hello') return
    await setImmediate()
    const { body = ctx.method === 'POST' && (await readJson(ctx.req)) } = ctx.request as { body?: unknown }
    ctx.body = ['hello', ...Object.values(body ?? {})].join(' ')
  })
  return listening(app.listen(0, '127.0.0.1'))
}

/** What the body parsers for Koa do. */
const koaBody: Koa.Middleware = async (ctx, next) => {
  const text = ctx.is('json') ? (await buffer(ctx.req)).toString() : ''
  if (text.length > 100_000) ctx.throw(413)
  if (!/^\s*([{[]|$)/.test(text)) ctx.throw(400)
  try {
    Object.assign(ctx.request, { body: text.trim() === '' ? {} : JSON.parse(text) })
  } catch {
    ctx.throw(400)
  }
  await next()
}

/** Refuses everybody but this test. */
@Injectable()
class Guard {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<IncomingMessage>().headers['x-guard'] === 'open'
  }
}

@Controller()
class HelloController {
  @Get('hello')
  hello(): string {
    return 'hello'
  }

  @Post('hello')
  @HttpCode(200)
  helloTo(@Body() { name }: { name: string }): string {
    return `hello ${name}`
  }
}

@Module({ providers: [{ provide: 'TOKENS', useValue: tokens }], exports: ['TOKENS'] })
// oxlint-disable-next-line typescript/no-extraneous-class
class TokensModule {}

async function startNest(chatAuth: DynamicModule, prefix = ''): Promise<ListeningApp> {
  // oxlint-disable-next-line typescript/no-extraneous-class
  class AppModule {}
  const providers = [{ provide: APP_GUARD, useClass: Guard }]
  const module = { module: AppModule, imports: [chatAuth], controllers: [HelloController], providers }
  const app = await NestFactory.create(module, { logger: false, abortOnError: false })
  if (prefix) app.setGlobalPrefix(prefix)
  await app.listen(0, '127.0.0.1')
  return { url: (await listening(app.getHttpServer())).url, close: () => app.close() }
}

/** What servers for web-standard handlers do. */
function bridge(handle: (request: Request) => Promise<Response>): RequestListener {
  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = '', url = '' } = incoming
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const answer = await handle(
      new Request(`http://app.example${url}`, {
        method,
        headers: incoming.headers as Record<string, string>,
        ...(hasBody && { body: ReadableStream.from(incoming.iterator({ destroyOnReturn: false })), duplex: 'half' }),
      }),
    )
    incoming.resume()
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()))
  }
  return (incoming, outgoing) => void pass(incoming, outgoing)
}

const apps: HostApp[] = [
  {
    name: 'a server of its own',
    start: () => serve(besideHello(authServiceListener(serviceAt('/chat-auth')))),
  },
  {
    name: 'Express',
    start: () => startExpress((app) => app.use(authServiceHandler(serviceAt('/chat-auth')))),
  },
  {
    name: 'Express, mounted below a path',
    start: () => startExpress((app) => app.use('/chat-auth', authServiceHandler(serviceAt('')))),
  },
  {
    name: 'Express, behind express.json()',
    start: () => startExpress((app) => app.use(express.json(), authServiceHandler(serviceAt('/chat-auth')))),
    parses: true,
  },
  {
    name: 'Express, mounted below a path behind its body parsers',
    start: () =>
      startExpress((app) =>
        app.use('/chat-auth', express.json(), express.urlencoded(), express.text(), authServiceHandler(serviceAt(''))),
      ),
    parses: true,
  },
  { name: 'Koa', start: () => startKoa() },
  { name: 'Koa, behind a body parser', start: () => startKoa(koaBody), parses: true },
  {
    name: 'Nest',
    start: () => startNest(AuthServiceModule.forRoot(optionsAt('/chat-auth'))),
    parses: true,
  },
  {
    name: 'Nest, with a global prefix and options from its other modules',
    start: () =>
      startNest(
        AuthServiceModule.forRootAsync({
          imports: [TokensModule],
          inject: ['TOKENS'],
          useFactory: async (known: typeof tokens) => ({
            verifier: createVerifier({ tokens: known, keys: [{ publicKey, ...KEY }] }),
            path: '/api/chat-auth',
          }),
        }),
        'api',
      ),
    at: '/api/chat-auth',
    hello: '/api/hello',
    parses: true,
  },
  {
    name: 'a web-standard handler',
    start: () => serve(besideHello(bridge(authServiceFetch(serviceAt('/chat-auth'))))),
  },
]

describe.each(apps)('the service in $name', ({ start, at = '/chat-auth', hello = '/hello', parses = false }) => {
  let url: string
  let good: string
  beforeAll(async () => {
    const app = await start()
    url = app.url
    good = (await tokens.provision(AMY)).token
    return async () => void (await app.close())
  })

  async function ask(method: string, path: string, init: RequestInit = {}) {
    const response = await fetch(url + path, { method, ...init, signal: AbortSignal.timeout(5_000) })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const post = (body: string, type = 'application/json') =>
    ask('POST', `${at}/verify`, { body, headers: { 'content-type': type } })
  const verify = (token: unknown) => post(JSON.stringify({ token }))

  /** The beginning of a request, for those who write them by hand. */
  const opening = (method: string, path: string) =>
    `${method} ${at}${path} HTTP/1.1\r\nhost: app.example\r\ncontent-type: application/json\r\n`

  test('says whose a good token is', async () => {
    const { status, headers, text } = await verify(good)
    expect([status, JSON.parse(text)]).toEqual([200, AMY])
    expect(headers.get('content-type')).toMatch(/^application\/json(; charset=utf-8)?$/)
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('refuses a bad token as the reference service does', async () => {
    const { status, headers, text } = await verify(`${good}x`)
    const message = 'The token is not valid.'
    expect(status).toBe(401)
    expect(JSON.parse(text)).toEqual({ message, error: { name: 'UnauthorizedError', message, status: 401 } })
    expect(headers.get('content-type')).toMatch(/^application\/json(; charset=utf-8)?$/)
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test.each<[string, (token: string) => string]>([
    ['an empty token', () => '{"token": ""}'],
    ['no token', () => '{"id": "amy"}'],
    ['null for a token', () => '{"token": null}'],
    ['a number for a token', () => '{"token": 7}'],
    ['a token in a list', (token) => JSON.stringify({ token: [token] })],
    ['a token in an object', (token) => JSON.stringify({ token: { token } })],
    ['a token in the prototype', (token) => `{"__proto__": {"token": "${token}"}}`],
    ['a list', (token) => JSON.stringify([{ token }])],
    ['an empty object', () => '{}'],
    ['nothing', () => ''],
  ])('refuses %s', async (_, body) => {
    expect((await post(body(good))).status).toBe(401)
  })

  test('answers 400 to what is no JSON', async () => {
    const { status, text } = await post(`{"token": "${good}`)
    expect(status).toBe(400)
    expect(text).toMatch(parses ? /./ : /"BadRequestError","message":"The body is not JSON.","status":400/)
    expect(text).not.toContain(good)
  })

  test.each(['7', 'null', 'true', '"token"'])('answers 400 to %s', async (body) => {
    expect((await post(body)).status).toBe(400)
  })

  test('answers 413 to a megabyte', async () => {
    expect((await verify('x'.repeat(1024 ** 2))).status).toBe(413)
  })

  test('answers 413 to a megabyte that does not say how long it is, and then what else that connection asks', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.write(`${opening('POST', '/verify')}transfer-encoding: chunked\r\n\r\n${chunk.repeat(64)}0\r\n\r\n`)
    socket.write(`${opening('GET', '/healthz')}\r\n`)
    let answers = ''
    for await (const data of socket) {
      answers += data
      if (answers.includes('{"status":"ok"}')) break
    }
    expect(answers.match(/(?<=HTTP\/1\.1 )\d+/g)).toEqual(['413', '200'])
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'multipart/form-data; boundary=x',
  ])('answers 415 to %s', async (type) => {
    const body = type.includes('form-urlencoded') ? `token=${good}` : JSON.stringify({ token: good })
    const { status, text } = await post(body, type)
    expect(status).toBe(415)
    expect(JSON.parse(text).error.name).toBe('UnsupportedMediaTypeError')
  })

  test.each(['application/json;charset=utf-8', 'Application/JSON'])('reads %s', async (type) => {
    expect((await post(JSON.stringify({ token: good }), type)).status).toBe(200)
  })

  test.each(['GET', 'PUT', 'DELETE'])('answers 405 to %s, and says what is allowed', async (method) => {
    const { status, headers, text } = await ask(method, `${at}/verify`)
    expect([status, headers.get('allow')]).toEqual([405, 'POST'])
    expect(JSON.parse(text).error.name).toBe('MethodNotAllowedError')
    expect((await ask('POST', `${at}/healthz`)).headers.get('allow')).toBe('GET, HEAD')
  })

  test.each(['/verify/', '/verify/some-secret', '/verify/a/b', '/sign', '/healthz/x', '/', '', '/VERIFY', 'verify'])(
    'leaves %s to the app, which has nothing there',
    async (path) => {
      const [there, elsewhere] = [await ask('POST', at + path), await ask('POST', `${hello}-nobody`)]
      expect([there.status, elsewhere.status]).toEqual([404, 404])
      expect(there.headers.get('content-type')).toBe(elsewhere.headers.get('content-type'))
    },
  )

  test('does not look at the query', async () => {
    expect((await ask('GET', `${at}/healthz?verbose=/verify`)).status).toBe(200)
    expect((await ask('GET', `${at}?/healthz`)).status).toBe(404)
  })

  test('leaves the other routes to the app, with what was sent there', async () => {
    const headers = { 'x-guard': 'open', 'content-type': 'application/json' }
    expect(await ask('GET', hello, { headers })).toMatchObject({ status: 200, text: 'hello' })
    const sent = await ask('POST', hello, { headers, body: '{"name": "amy"}' })
    expect(sent).toMatchObject({ status: 200, text: 'hello amy' })
  })

  test('tells that it lives and is ready', async () => {
    const [live, ready, head] = [
      await ask('GET', `${at}/healthz`),
      await ask('GET', `${at}/readyz`),
      await ask('HEAD', `${at}/healthz`),
    ]
    expect([live.status, JSON.parse(live.text)]).toEqual([200, { status: 'ok' }])
    expect([ready.status, JSON.parse(ready.text)]).toEqual([200, { status: 'ready' }])
    expect([head.status, head.text]).toEqual([200, ''])
    expect(ready.headers.get('cache-control')).toBe('no-store')
  })

  test('publishes its public key, and nothing of the private one', async () => {
    const { status, headers, text } = await ask('GET', `${at}/.well-known/jwks.json`)
    const { x } = publicKey.export({ format: 'jwk' })
    expect(status).toBe(200)
    expect(JSON.parse(text)).toEqual({
      keys: [{ kty: 'OKP', crv: 'Ed25519', x, kid: '2026', alg: 'EdDSA', use: 'sig' }],
    })
    expect(headers.get('cache-control')).toBe('public, max-age=300')
  })

  test('goes on when a client hangs up in the middle of its body', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write(`${opening('POST', '/verify')}content-length: 100\r\nexpect: 100-continue\r\n\r\n`)
    await once(socket, 'data')
    socket.write('{"token": ')
    socket.destroy()
    await once(socket, 'close')
    expect((await verify(good)).status).toBe(200)
  })
})

describe('a Nest app', () => {
  test('still guards its own routes', async () => {
    const { url, close } = await startNest(AuthServiceModule.forRoot(optionsAt('/chat-auth')))
    onTestFinished(async () => void (await close()))
    expect((await fetch(`${url}/hello`)).status).toBe(403)
  })

  test('does not start with options that are wrong, and says which', async () => {
    const start = startNest(AuthServiceModule.forRoot(optionsAt('chat-auth')))
    await expect(start).rejects.toThrow(/path must be empty or a path/)
  })
})

describe('a web-standard handler', () => {
  const url = 'https://app.example/verify'

  test('answers a request without a body, and one for what is not there', async () => {
    const answer = authServiceFetch(createAuthService({ verifier: verifyWith(() => AMY) }))
    expect((await answer(new Request(url, { method: 'POST' }))).status).toBe(401)
    const nothing = await answer(new Request('https://app.example/nothing'))
    expect([nothing.status, await nothing.text()]).toEqual([404, expect.stringContaining('"NotFoundError"')])
  })

  test('limits each address, where it is told', async () => {
    const answer = authServiceFetch(createAuthService({ verifier: verifyWith(() => AMY), requestsPerMinute: 1 }))
    const body = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"token": "x"}' }
    const statuses = []
    for (const address of ['10.0.0.1', '10.0.0.1', '10.0.0.2', undefined, undefined]) {
      statuses.push((await answer(new Request(url, body), { address })).status)
    }
    expect(statuses).toEqual([200, 429, 200, 200, 429])
  })
})

test.each([
  ['authServiceHandler', authServiceHandler],
  ['authServiceMiddleware', authServiceMiddleware],
  ['authServiceListener', authServiceListener],
  ['authServiceFetch', authServiceFetch],
])('%s that is mounted without being called, or without its service, says so', (name, make) => {
  for (const mistaken of [undefined, {}, { url: '/verify' }]) {
    expect(() => make(mistaken as never)).toThrow(`${name} makes a handler: write ${name}(createAuthService(`)
  }
})
