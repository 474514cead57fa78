import { setTimeout as sleep } from 'node:timers/promises'
import type { Express, RequestHandler } from 'express'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RawConnection, request } from './raw-connection.js'
import { type Answer, REVOKING_MS, SideBySide } from './side-by-side.js'

let apps: SideBySide

beforeEach(async () => {
  apps = await SideBySide.start()
})
afterEach(() => apps.close())

const LOGOUT = request()
const LAST = request('GET /after', ['Connection: close'])
const chunks: Answer = (res) => (res.write('good'), res.end('bye'))
const json: Answer = (res) => res.json({ bye: true })

function app(logout: Answer, slowMs = 0, note: (what: unknown) => void = () => {}) {
  return (host: Express, gate: RequestHandler[]) => {
    host.post('/logout', ...gate, (req, res, next) => void logout(res, { req, next, note }))
    host.get('/slow', (_req, res) => void setTimeout(() => res.send('slow'), slowMs))
    host.get('/after', (_req, res) => void res.send('after'))
  }
}

/** Sends all of it in one packet; `live` tells how the token fares when the answer of that number is complete. */
const inOnePacket = (requests: string[], logoutIs: number) => async (url: string) => {
  const connection = await RawConnection.open(url)
  connection.say(...requests)
  await connection.answered(logoutIs)
  const live = apps.live()
  await connection.ended()
  return { bytes: connection.heard, state: connection.state, bodies: connection.bodies, live }
}

describe('requests in one packet are answered with the bytes of plain Express:', () => {
  test.each<[string, Answer, string]>([
    ['JSON', json, '{"bye":true}'],
    ['chunks', chunks, '4\r\ngood\r\n3\r\nbye\r\n0\r\n\r\n'],
    ['no content', (res) => res.sendStatus(204), ''],
  ])('a logout, then another: %s', async (_name, answer, body) => {
    const [plain, behind] = await apps.both(app(answer), inOnePacket([LOGOUT, LAST], 1))
    expect(plain).toMatchObject({ state: 'closed', bodies: [body, 'after'] })
    expect(behind).toEqual({ ...plain, live: 0 })
  })

  test.each([
    ['JSON', 'shorter than the revocation', json, '{"bye":true}', REVOKING_MS / 3],
    ['JSON', 'longer than the revocation', json, '{"bye":true}', REVOKING_MS * 3],
    ['chunks', 'shorter than the revocation', chunks, '4\r\ngood\r\n3\r\nbye\r\n0\r\n\r\n', REVOKING_MS / 3],
    ['chunks', 'longer than the revocation', chunks, '4\r\ngood\r\n3\r\nbye\r\n0\r\n\r\n', REVOKING_MS * 3],
  ])(
    'a slow one, a logout, then another: %s, where the slow one takes %s',
    async (_name, _takes, answer, body, slowMs) => {
      const requests = [request('GET /slow'), LOGOUT, LAST]
      const [plain, behind] = await apps.both(app(answer, slowMs), inOnePacket(requests, 2))
      expect(plain).toMatchObject({ state: 'closed', bodies: ['slow', body, 'after'] })
      expect(behind).toEqual({ ...plain, live: 0 })
    },
  )

  test('three logouts between others', async () => {
    const requests = [LOGOUT, request('GET /slow'), LOGOUT, LOGOUT, LAST]
    const [plain, behind] = await apps.both(app(json, 5), inOnePacket(requests, 1))
    expect(plain.bodies).toEqual(['{"bye":true}', 'slow', '{"bye":true}', '{"bye":true}', 'after'])
    expect(behind).toEqual({ ...plain, live: 0 })
  })
})

test('what a handler writes too late falls into no later answer of the connection', async () => {
  // Some of it while the answer is held back, some while the next one is being sent.
  const late = [5, REVOKING_MS / 2, REVOKING_MS + 20, REVOKING_MS + 60]
  const answer: Answer = (res, { note }) => {
    res.on('error', () => {})
    res.write('good')
    res.end('bye')
    for (const ms of late) {
      setTimeout(() => note([res.write('LATE'), res.writableEnded, res.end('LATE') === res]), ms)
    }
  }
  const bothNotes: unknown[][] = []
  const [plain, behind] = await apps.both(
    (host, gate) => {
      const notes: unknown[] = []
      bothNotes.push(notes)
      app(answer, 100, (what) => notes.push(what))(host, gate)
    },
    async (url) => {
      const connection = await RawConnection.open(url)
      connection.say(LOGOUT)
      await connection.answered(1)
      const live = apps.live()
      connection.say(request('GET /slow'))
      await connection.answered(2)
      connection.say(LOGOUT, LAST)
      await connection.ended()
      await sleep(late.at(-1))
      return { bytes: connection.heard, bodies: connection.bodies, live }
    },
  )
  const bye = '4\r\ngood\r\n3\r\nbye\r\n0\r\n\r\n'
  expect(plain.bodies).toEqual([bye, 'slow', bye, 'after'])
  expect(behind).toEqual({ ...plain, live: 0 })
  expect(bothNotes[0]).toHaveLength(2 * late.length)
  expect(bothNotes[1]).toEqual(bothNotes[0])
})
