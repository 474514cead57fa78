import type { ChatCredentials } from '@imkit-auth/core'
import { ChatToken, ProvisionChatToken, RevokeChatToken } from '@imkit-auth/nestjs'
import { Controller, Sse } from '@nestjs/common'
import { concat, NEVER, of } from 'rxjs'
import { expect, test } from 'vitest'
import { liveTokens } from '../host.js'
import { meet } from './neighbours.js'

/** As streams of events are: the first is there at once, and the last never comes. */
const events = (data: object) => concat(of({ data }), NEVER)

@Controller()
class EventsController {
  @Sse('login') @ProvisionChatToken() login() {
    return events({ welcome: true })
  }
  @Sse('logout') @RevokeChatToken() logout() {
    return events({ bye: true })
  }
  @Sse('rooms') rooms(@ChatToken() chat: ChatCredentials) {
    return events({ userId: chat.userId })
  }
}

const inTime = () => ({ signal: AbortSignal.timeout(5_000) })

test.each([
  ['login', 'ProvisionChatToken'],
  ['logout', 'RevokeChatToken'],
])('%s on a stream of events is refused at once, and the log says why', async (path, decorator) => {
  const { call, emulator, tokens, logs } = await meet({ controllers: [EventsController] })
  await tokens.provision({ id: 'amy' })
  const before = emulator.requests().length
  const { status, body } = await call('GET', `/${path}`, 'amy', inTime())
  expect(status).toBe(500)
  expect(JSON.stringify(body)).not.toMatch(/welcome|bye|token/)
  expect(logs.errors.map(String)).toEqual([
    expect.stringContaining(`@${decorator}() cannot work on EventsController.${path}, whose @Sse() answer never ends`),
  ])
  expect(emulator.requests().slice(before)).toEqual([])
  expect(liveTokens(emulator, 'amy')).toHaveLength(1)
})

test('a stream of events for whoever is logged in begins with their credentials at hand', async () => {
  const { app } = await meet({ controllers: [EventsController] })
  const response = await fetch(`${await app.getUrl()}/rooms`, { headers: { 'x-user': 'amy' }, ...inTime() })
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('text/event-stream'),
  ])
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    if (text.includes('data:')) break
  }
  expect(text).toContain('data: {"userId":"amy"}')
})

test('a stream of events for nobody is 401, and ends', async () => {
  const { call } = await meet({ controllers: [EventsController] })
  const { status } = await call('GET', '/rooms', undefined, inTime())
  expect(status).toBe(401)
})
