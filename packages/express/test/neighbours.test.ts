import { once } from 'node:events'
import { type ChatTokens, createChatTokens, issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { imkitChat } from '@imkit-auth/express'
import { listening } from '@imkit-auth/testkit'
import compression from 'compression'
import timeout from 'connect-timeout'
import express, { type Express, type RequestHandler } from 'express'
import serverless from 'serverless-http'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'

// Packages of others that take over a response as well, or make one of their own.

const AMY = { id: 'amy', nickname: 'Amy' }
const REVOKING_MS = 80

let emulator: Emulator
let tokens: ChatTokens
let chat: ReturnType<typeof imkitChat>

beforeEach(async () => {
  emulator = await startEmulator()
  const { url: serverUrl, apiKey } = emulator
  tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), logger: { warn() {} } })
  chat = imkitChat(tokens, { identify: () => AMY })
  await tokens.provision(AMY)
  emulator.fault({ match: 'DELETE /admin/clients/*/token', kind: 'delay-before', ms: REVOKING_MS })
})
afterEach(async () => {
  await tokens.close({ withinMs: 0 })
  await emulator.close()
})

const live = () => emulator.clients().flatMap((client) => client.tokens).length

async function serve(...handlers: RequestHandler[]): Promise<string> {
  const app = express().set('env', 'production')
  app.post('/logout', ...handlers)
  const { url, close } = await listening(app.listen(0, '127.0.0.1'))
  onTestFinished(async () => void (await close()))
  return `${url}/logout`
}

describe('compression', () => {
  const text = 'goodbye '.repeat(1_000)
  const answers: [string, RequestHandler, boolean][] = [
    ['a long answer', (_req, res) => void res.send(text), true],
    ['a short one, which it leaves alone', (_req, res) => void res.send('bye'), false],
    ['a stream', (_req, res) => (res.type('text').write(text), void res.end('bye')), true],
  ]
  test.each(answers)('in front, %s', async (_name, handler, compressed) => {
    const plain = await fetch(await serve(compression(), handler), { method: 'POST' })
    const behind = await fetch(await serve(compression(), chat.logout(), handler), { method: 'POST' })
    expect(behind.headers.get('content-encoding')).toBe(compressed ? 'gzip' : null)
    expect(behind.headers.get('content-encoding')).toBe(plain.headers.get('content-encoding'))
    expect(await behind.text()).toBe(await plain.text())
    expect(live()).toBe(0)
  })

  test.each(answers)('behind, %s', async (_name, handler, compressed) => {
    const answer = await fetch(await serve(chat.logout(), compression(), handler), { method: 'POST' })
    expect(answer.headers.get('content-encoding')).toBe(compressed ? 'gzip' : null)
    await answer.text()
    expect(live()).toBe(0)
  })
})

test('connect-timeout finds an answer that waits for its revocation given, and says nothing of its own', async () => {
  const url = await serve(timeout('30ms'), chat.logout(), (_req, res) => void res.json({ bye: true }))
  const answer = await fetch(url, { method: 'POST' })
  expect([answer.status, await answer.json(), live()]).toEqual([200, { bye: true }, 0])
})

describe('serverless-http', () => {
  const invoke = async (app: Express, path: string, body?: object) => {
    const handler = serverless(app, { provider: 'aws' })
    const event = {
      httpMethod: 'POST',
      path,
      headers: { host: 'app.example', 'content-type': 'application/json' },
      multiValueHeaders: {},
      body: body ? JSON.stringify(body) : null,
      isBase64Encoded: false,
      requestContext: {},
    }
    return (await handler(event, {})) as { statusCode: number; body: string }
  }

  test('answers a logout once its token is revoked', async () => {
    const app = express()
    app.post('/logout', chat.logout(), (_req, res) => void res.json({ bye: true }))
    const { statusCode, body } = await invoke(app, '/logout')
    expect([statusCode, JSON.parse(body), live()]).toEqual([200, { bye: true }, 0])
  })

  test.each([
    ['without a body parser', []],
    ['with express.json()', [express.json()]],
  ])('replaces a token that was refused, %s', async (_how, before) => {
    const app = express()
    app.post('/chat/token', ...before, chat.token())
    const { token: invalid } = await tokens.provision(AMY)
    const { statusCode, body } = await invoke(app, '/chat/token', { invalid })
    expect(statusCode).toBe(200)
    expect(JSON.parse(body)).not.toMatchObject({ token: invalid })
  })
})

test.each([
  ['express.text()', express.text({ type: '*/*' })],
  ['express.raw()', express.raw({ type: '*/*' })],
  ['express.urlencoded()', express.urlencoded({ extended: false })],
])('a token that was refused is never answered with 200 behind %s', async (_name, parser) => {
  const app = express()
  app.post('/chat/token', parser, chat.token())
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { url, close } = await listening(server)
  onTestFinished(async () => void (await close()))
  const { token: invalid } = await tokens.provision(AMY)
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/chat/token`, { method: 'POST', headers, body: JSON.stringify({ invalid }) })
  expect(answer.status).toBe(200)
  expect(await answer.json()).not.toMatchObject({ token: invalid })
})
