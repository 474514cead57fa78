import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RawConnection, request } from './raw-connection.js'
import { type Answer, type Circumstances, type Scene, expectSame, SideBySide } from './side-by-side.js'

type Case = [name: string, answer: Answer, circumstances?: Circumstances]

/** Well within the time for which the answer is held back; plain Express has long sent it. */
const LATER_MS = 20

let apps: SideBySide

beforeEach(async () => {
  vi.spyOn(console, 'error').mockReturnValue()
  apps = await SideBySide.start()
})
afterEach(async () => {
  await apps.close()
  vi.restoreAllMocks()
})

/** Answers, and then tries that and notes what becomes of it. */
const answered =
  (action: Answer, first: Answer = (res) => res.json({ bye: true })): Answer =>
  (res, scene) => {
    void first(res, scene)
    attempt(res, scene, action)
  }
/** The same a little later. */
const answeredLongAgo =
  (action: Answer): Answer =>
  (res, scene) => {
    res.json({ bye: true })
    setTimeout(() => attempt(res, scene, action), LATER_MS)
  }
function attempt(res: Response, scene: Scene, action: Answer) {
  try {
    void action(res, scene)
    scene.note('done')
  } catch (error) {
    scene.note((error as NodeJS.ErrnoException).code)
  }
}
const chunks: Answer = (res) => (res.write('good'), res.end('bye'))
const serviceUnavailable = () => Object.assign(new Error('Response timeout'), { status: 503 })
const throwing = (): never => {
  throw new Error('a bug of the host')
}

/** Gives a response that has not begun after a while to the error handler, as the package `connect-timeout` does. */
const timeout: RequestHandler = (_req, res, next) => {
  setTimeout(() => res.headersSent || next(serviceUnavailable()), LATER_MS)
  next()
}
const careful: ErrorRequestHandler = (error, _req, res, next) =>
  res.headersSent ? next(error) : void res.status(500).json({ error: 'sorry' })
const careless: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(500).json({ error: 'sorry' })

const cases: Case[] = [
  [
    'nothing, and looks at the response',
    answered((res, { note }) => note([res.headersSent, res.writableEnded, res.statusCode, res.getHeaders()])),
  ],
  [
    'nothing, and listens',
    (res, { note }) => (
      res.on('finish', () => note('finish')).on('close', () => note('close')),
      res.json({ bye: true })
    ),
  ],
  ['throws', (res) => (res.json({ bye: true }), throwing()), { kept: false }],
  [
    'throws, with an error handler that looks',
    (res) => (res.json({ bye: true }), throwing()),
    { kept: false, onError: () => careful },
  ],
  [
    'throws, with an error handler that does not look',
    (res) => (res.json({ bye: true }), throwing()),
    { kept: false, onError: () => careless },
  ],
  ['calls next()', answered((_res, { next }) => next())],
  ['calls next(error)', answered((_res, { next }) => next(serviceUnavailable())), { kept: false }],
  ['destroys the response', answered((res) => res.destroy()), { kept: false }],
  ['answers again', answered((res) => res.json({ again: true }))],
  ['refuses', answered((res) => res.status(403).json({ error: 'no' }))],
  ['redirects', answered((res) => res.redirect('/'))],
  ['ends again', answered((res) => res.end())],
  ['ends again with text', answered((res) => res.end('again'))],
  ['ends again with a callback', (res, { note }) => (res.json({ bye: true }), res.end(() => note('ended')))],
  ['writes', answered((res) => res.write('more'))],
  [
    'writes with a callback',
    answered((res, { note }) => res.write('more', (error) => note((error as NodeJS.ErrnoException | undefined)?.code))),
  ],
  ['writes after chunks', answered((res) => res.write('more'), chunks)],
  ['sets a header', answered((res) => res.setHeader('X-Late', '1'))],
  ['appends a header', answered((res) => res.append('X-Late', '1'))],
  ['removes a header', answered((res) => res.removeHeader('ETag'))],
  ['sets a cookie', answered((res) => res.cookie('late', '1'))],
  ['calls writeHead', answered((res) => res.writeHead(500))],
  ['flushes the headers', answered((res) => res.flushHeaders())],
  ['adds trailers', answered((res) => res.addTrailers({ late: '1' }))],
  ['adds trailers to chunks', answered((res) => res.addTrailers({ late: '1' }), chunks)],
  ['destroys the response later', answeredLongAgo((res) => res.destroy())],
  ['changes the status', answered((res) => res.status(500))],
  ['changes the status to a refusal', answered((res) => res.status(403))],
  ['changes the status message', answered((res) => (res.statusMessage = 'Late'))],
  [
    'sets a header after chunks have begun',
    (res, scene) => (res.write('good'), attempt(res, scene, () => res.setHeader('X-Late', '1')), res.end('bye')),
  ],
  ['answers 503 later, unless headersSent', answeredLongAgo((res) => res.headersSent || res.status(503).json({}))],
  ['answers 403 later, unless headersSent', answeredLongAgo((res) => res.headersSent || res.status(403).json({}))],
  ['answers 503 later', answeredLongAgo((res) => res.status(503).json({}))],
  ['sets a header later', answeredLongAgo((res) => res.setHeader('X-Late', '1'))],
  ['changes the status later', answeredLongAgo((res) => res.status(500))],
  ['writes later', answeredLongAgo((res) => res.write('more'))],
  ['ends again later', answeredLongAgo((res) => res.end('again'))],
  ['calls next() later', answeredLongAgo((_res, { next }) => next())],
  ['is given a timeout by middleware above', (res) => res.json({ bye: true }), { above: () => [timeout] }],
  ['is given a timeout by middleware below', (res) => res.json({ bye: true }), { below: () => [timeout] }],
]

describe('the first answer stands, as in plain Express, when the handler then', () => {
  test.each(cases)('%s', (_name, answer, circumstances) => expectSame(apps, answer, circumstances))

  test('calls next(error) later: the connection ends, but not before the answer does', async () => {
    const answer = answeredLongAgo((_res, { next }) => next(serviceUnavailable()))
    const [plain, behind] = await apps.both(
      (app, gate) => app.post('/logout', ...gate, (req, res, next) => void answer(res, { req, next, note() {} })),
      async (url) => {
        const connection = await RawConnection.open(url)
        connection.say(request())
        await connection.answered(1)
        const live = apps.live()
        await connection.ended()
        return { bytes: connection.heard, state: connection.state, live }
      },
    )
    expect(plain.state).toBe('closed')
    expect(behind).toEqual({ ...plain, live: 0 })
  })
})
