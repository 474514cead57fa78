import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import session, { MemoryStore } from 'express-session'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { gzip } from './gzip.js'
import { request } from './raw-connection.js'
import { type Answer, type Circumstances, expectSame, SideBySide } from './side-by-side.js'

type Case = [name: string, answer: Answer, circumstances?: Circumstances]

/** Saves and destroys as late as a database would. */
class SlowStore extends MemoryStore {
  override set(...args: Parameters<MemoryStore['set']>): void {
    setTimeout(() => super.set(...args), 10)
  }
  override destroy(...args: Parameters<MemoryStore['destroy']>): void {
    setTimeout(() => super.destroy(...args), 10)
  }
}
const sessions = (store = new MemoryStore()) =>
  session({ secret: 'test', resave: false, saveUninitialized: false, genid: () => 'fixed', store })
const LONG = 'bye '.repeat(100)
const FILE = fileURLToPath(import.meta.url)

let apps: SideBySide

beforeEach(async () => {
  apps = await SideBySide.start()
})
afterEach(() => apps.close())

describe('behind logout(), the client gets the very bytes that plain Express sends:', () => {
  const answers: Case[] = [
    ['a status', (res) => res.sendStatus(204)],
    ['JSON', (res) => res.json({ bye: true })],
    ['text', (res) => res.send('bye')],
    ['bytes', (res) => res.send(Buffer.from([0, 13, 10, 255]))],
    ['an end alone', (res) => res.end()],
    ['an end with text, without any header', (res) => res.end('bye')],
    ['an end with an encoding and a callback', (res, { note }) => res.end('627965', 'hex', () => note('ended'))],
    ['an end with nothing but a callback', (res, { note }) => res.end(() => note('ended'))],
    ['a redirect', (res) => res.redirect('/')],
    ['writeHead and end', (res) => res.writeHead(200, 'Fine', { 'Content-Type': 'text/plain' }).end('bye')],
    ['a length, write and end', (res) => res.set('Content-Length', '7').write('good', () => res.end('bye'))],
    ['a length, all of it in write, then end', (res) => res.set('Content-Length', '3').write('bye', () => res.end())],
    ['a length, and all of it in write', (res) => (res.set('Content-Length', '3').write('bye'), res.end())],
    ['chunks', (res, { note }) => note([res.write('go'), res.write('od'), res.end('bye') === res])],
    [
      'chunks with pauses',
      async (res) => void (res.write('go'), await sleep(5), res.write('od'), await sleep(5), res.end()),
    ],
    ['corked chunks', (res) => (res.cork(), res.write('good'), res.write('bye'), res.uncork(), res.end())],
    ['trailers', (res) => (res.set('Trailer', 'Sum').write('bye'), res.addTrailers({ Sum: '3' }), res.end())],
    ['early hints', (res) => (res.writeEarlyHints({ link: '</a.css>; rel=preload' }), res.send('bye'))],
    ['a stream with a length', (res) => Readable.from(['good', 'bye']).pipe(res.set('Content-Length', '7'))],
    ['a pipeline', (res, { note }) => void pipeline(Readable.from(['good', 'bye']), res).then(() => note('sent'))],
    ['a stream larger than the buffers', (res) => Readable.from(Array(4).fill(Buffer.alloc(100_000, 'bye'))).pipe(res)],
    [
      'a stream larger than the buffers, with a length',
      (res) => Readable.from(Array(4).fill(Buffer.alloc(100_000, 'bye'))).pipe(res.set('Content-Length', '400000')),
    ],
    ['a file', (res) => res.sendFile(FILE)],
    ['a part of a file', (res) => res.sendFile(FILE), { request: request('GET /logout', ['Range: bytes=3-9']) }],
    ['no change', (res) => res.status(304).end()],
    ['no change, as Express finds', (res) => res.send('x'), { request: request('GET /logout', ['If-None-Match: *']) }],
    ['a HEAD', (res) => res.send('bye'), { request: request('HEAD /logout') }],
    ['a HEAD that is written to', (res) => (res.write('good'), res.end('bye')), { request: request('HEAD /logout') }],
    [
      'a HEAD with its headers first',
      (res) => (res.set('Content-Length', '3').flushHeaders(), res.end()),
      { request: request('HEAD /logout') },
    ],
    ['204 with its headers first', (res) => (res.status(204).flushHeaders(), res.end())],
    ['its headers long before the rest', async (res) => void (res.flushHeaders(), await sleep(20), res.end('bye'))],
    ['an error of its own', (_res, { next }) => next(new Error('session store down'))],
    [
      'a handler that throws',
      () => {
        throw new Error('session store down')
      },
    ],
    ['a refusal', (res) => res.status(403).send('wrong CSRF token'), { refused: true }],
    ['a handler that leaves it to the next one', (_res, { next }) => next(), { refused: true }],
    [
      'another status after writeHead',
      (res) => {
        res.writeHead(200).statusCode = 403
        res.end('bye')
      },
    ],
  ]
  test.each(answers)('%s', (_name, answer, circumstances) => expectSame(apps, answer, circumstances))

  const json: Answer = (res) => res.json({ bye: true })
  const requests: Case[] = [
    ['HTTP/1.0', json, { request: request(undefined, [], { version: '1.0' }), kept: false }],
    [
      'HTTP/1.0, chunks',
      (res) => (res.write('good'), res.end('bye')),
      { request: request(undefined, [], { version: '1.0' }), kept: false },
    ],
    ['HTTP/1.0, kept alive', json, { request: request(undefined, ['Connection: keep-alive'], { version: '1.0' }) }],
    ['a client that wants to close', json, { request: request(undefined, ['Connection: close']), kept: false }],
    ['a host that wants to close', (res) => res.set('Connection', 'close').send('bye'), { kept: false }],
    [
      'a client that waits to continue',
      json,
      { request: request(undefined, ['Expect: 100-continue'], { body: 'hi' }) },
    ],
    ['a body nobody reads', json, { request: request(undefined, [], { body: LONG }) }],
    [
      'a body that is read',
      (res, { req }) => void req.on('data', () => {}).on('end', () => res.send('bye')),
      { request: request(undefined, [], { body: LONG }) },
    ],
  ]
  test.each(requests)('to %s', (_name, answer, circumstances) => expectSame(apps, answer, circumstances))

  const login: Answer = (res, { req }) => res.send(`${Object.assign(req.session, { seen: true }).seen} ${LONG}`)
  const destroy: Answer = (res, { req }) => req.session.destroy(() => res.send('bye'))
  const wrapped: Case[] = [
    ['a session saved, above', login, { above: () => [sessions()] }],
    ['a session saved slowly, above', login, { above: () => [sessions(new SlowStore())] }],
    ['a session saved slowly, below', login, { below: () => [sessions(new SlowStore())] }],
    ['a session destroyed, above', destroy, { above: () => [sessions()] }],
    ['a session destroyed slowly, above', destroy, { above: () => [sessions(new SlowStore())] }],
    ['gzip above', (res) => res.send(LONG), { above: () => [gzip] }],
    ['gzip below', (res) => res.send(LONG), { below: () => [gzip] }],
    ['gzip above, chunks', (res) => (res.write('good'), res.end('bye')), { above: () => [gzip] }],
    ['gzip below, chunks', (res) => (res.write('good'), res.end('bye')), { below: () => [gzip] }],
    ['gzip above, too short', (res) => res.send('bye'), { above: () => [gzip] }],
    ['gzip below, too short', (res) => res.send('bye'), { below: () => [gzip] }],
    ['gzip and a session above', login, { above: () => [gzip, sessions(new SlowStore())] }],
    ['gzip above, a session below', login, { above: () => [gzip], below: () => [sessions(new SlowStore())] }],
    ['logout() again, below', (res) => res.json({ bye: true }), { below: (gate) => gate }],
  ]
  test.each(wrapped)('with %s', (_name, answer, circumstances) => expectSame(apps, answer, circumstances))
})
