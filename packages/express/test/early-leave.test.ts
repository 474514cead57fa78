import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ChatTokens, createChatTokens, issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { imkitChat } from '@imkit-auth/express'
import { eventually, listening } from '@imkit-auth/testkit'
import express, { type RequestHandler, type Response } from 'express'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RawConnection, request } from './raw-connection.js'

const AMY = { id: 'amy', nickname: 'Amy' }
/** Long enough for a revocation to reach the emulator, if one had begun. */
const A_WHILE_MS = 150

let emulator: Emulator
let tokens: ChatTokens
let warnings: string[]
let user: typeof AMY | null
let closeApp: (() => Promise<unknown>) | undefined

beforeEach(async () => {
  warnings = []
  user = AMY
  emulator = await startEmulator()
  const logger = { warn: (message: string) => void warnings.push(message) }
  tokens = createChatTokens({ serverUrl: emulator.url, apiKey: emulator.apiKey, mode: issue(), logger })
  await tokens.provision(AMY)
})
afterEach(async () => {
  vi.useRealTimers()
  await closeApp?.()
  await tokens.close({ withinMs: 0 })
  await emulator.close()
})

const live = () => emulator.clients().find(({ _id }) => _id === 'amy')?.tokens.length ?? 0
const revocations = () => emulator.requests().filter(({ method }) => method === 'DELETE').length

/** A client that logs out; the handler answers when, and if, the test wants it to. So does `identify`, if it is slow. */
async function logout({ slowly = false } = {}) {
  const app = express()
  const events = new EventEmitter()
  const came = once(events, 'came')
  const reached = once(events, 'reached')
  const found = slowly ? once(events, 'found') : Promise.resolve()
  const asked = vi.fn<() => Promise<typeof user>>(() => found.then(() => user))
  const see = (event: string): RequestHandler => {
    return (_req, res, next) => {
      events.emit(event, res)
      next()
    }
  }
  app.post('/logout', see('came'), imkitChat(tokens, { identify: asked }).logout(), see('reached'), () => {})
  const { url, close } = await listening(app.listen(0, '127.0.0.1'))
  closeApp = close
  const client = await RawConnection.open(url)
  client.say(request())
  const [res] = (await came) as [Response]
  if (!slowly) await reached
  return {
    res,
    asked,
    /** Until the server has noticed. */
    leave: async () => {
      const left = once(res, 'close')
      client.destroy()
      await left
    },
    find: async () => {
      events.emit('found')
      await reached
    },
  }
}
const fakeTimers = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })

describe('when the client leaves before the host has answered', () => {
  test('the host’s own logout is waited for: exactly then the token is revoked', async () => {
    const { res, leave, asked } = await logout()
    await leave()
    await sleep(A_WHILE_MS)
    expect([live(), revocations()]).toEqual([1, 0])
    user = null
    res.sendStatus(204)
    await eventually(() => expect(live()).toBe(0), 1_000)
    await sleep(A_WHILE_MS)
    expect([revocations(), asked.mock.calls.length, warnings]).toEqual([1, 1, []])
  })

  test('a host that then fails has logged its user out all the same', async () => {
    const { res, leave } = await logout()
    await leave()
    await sleep(A_WHILE_MS)
    expect(live()).toBe(1)
    res.status(500).end('no database')
    await eventually(() => expect(live()).toBe(0), 1_000)
  })

  test('a logout that the host then refuses is none, and stays none', async () => {
    const { res, leave, asked } = await logout()
    fakeTimers()
    await leave()
    await vi.advanceTimersByTimeAsync(1_000)
    res.status(403).send('wrong CSRF token')
    // Whatever becomes of the user later, this request has been answered.
    user = null
    await vi.advanceTimersByTimeAsync(120_000)
    vi.useRealTimers()
    await sleep(A_WHILE_MS)
    expect([live(), revocations(), asked.mock.calls.length, warnings]).toEqual([1, 0, 1, []])
  })

  test('and even before identify had found the user, the host is waited for', async () => {
    const { res, leave, find } = await logout({ slowly: true })
    await leave()
    await find()
    await sleep(A_WHILE_MS)
    expect([live(), revocations()]).toEqual([1, 0])
    res.sendStatus(204)
    await eventually(() => expect(live()).toBe(0), 1_000)
  })
})

describe('when the client has left, and the host never answers', () => {
  test.each([
    ['while the handler was at work', false],
    ['while identify was', true],
  ])('who is logged out a minute later has logged out: left %s', async (_name, slowly) => {
    const { leave, asked, find } = await logout({ slowly })
    fakeTimers()
    await leave()
    await find()
    user = null
    await vi.advanceTimersByTimeAsync(59_000)
    expect([live(), revocations(), asked.mock.calls.length]).toEqual([1, 0, 1])
    await vi.advanceTimersByTimeAsync(2_000)
    vi.useRealTimers()
    await eventually(() => expect(live()).toBe(0), 1_000)
    expect([revocations(), asked.mock.calls.length, warnings]).toEqual([1, 2, []])
  })

  test('who is still logged in has not, which is worth one warning', async () => {
    const { leave, asked } = await logout()
    fakeTimers()
    await leave()
    await vi.advanceTimersByTimeAsync(61_000)
    expect(asked).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(600_000)
    vi.useRealTimers()
    await sleep(A_WHILE_MS)
    expect([live(), revocations()]).toEqual([1, 0])
    expect(warnings).toEqual([expect.stringMatching(/logout.*no answer|no answer.*logout/i)])
  })
})

test('a client that leaves while the answer is held back changes nothing: the token is revoked, once', async () => {
  emulator.fault({ match: 'DELETE /admin/clients/*/token', kind: 'delay-before', ms: 100 })
  const { res, leave, asked } = await logout()
  user = null
  res.sendStatus(204)
  expect(live()).toBe(1)
  await leave()
  await eventually(() => expect(live()).toBe(0), 1_000)
  await sleep(A_WHILE_MS)
  expect([revocations(), asked.mock.calls.length, warnings]).toEqual([1, 1, []])
})
