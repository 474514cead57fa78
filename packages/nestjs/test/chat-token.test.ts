import type { ChatCredentials } from '@imkit-auth/core'
import { ChatToken, ProvisionChatToken } from '@imkit-auth/nestjs'
import { Controller, Get, type PipeTransform, Post } from '@nestjs/common'
import { describe, expect, test } from 'vitest'
import { headerHost } from './host.js'

@Controller()
class ChatController {
  @Get('rooms')
  rooms(@ChatToken() chat: ChatCredentials) {
    return { chat }
  }

  @Post('login')
  @ProvisionChatToken()
  login(@ChatToken() chat: ChatCredentials) {
    return { early: chat }
  }
}

describe('@ChatToken()', () => {
  test('is the credentials of whoever is logged in, obtained once', async () => {
    const { call, emulator } = await headerHost([ChatController])
    const { status, body } = await call('GET', '/rooms', 'amy')
    await call('GET', '/rooms', 'amy')
    expect(status).toBe(200)
    expect(body).toEqual({ chat: expect.objectContaining({ userId: 'amy', serverUrl: emulator.url }) })
    expect(emulator.requests()).toHaveLength(1)
  })

  test('answers 401 when nobody is logged in', async () => {
    const { call, emulator } = await headerHost([ChatController])
    expect((await call('GET', '/rooms')).status).toBe(401)
    expect(emulator.requests()).toEqual([])
  })

  test('answers 401 to a request of a session that has logged out meanwhile', async () => {
    const { call, tokens } = await headerHost([ChatController], { session: () => 'amys-session' })
    await tokens.revoke('amy', { session: 'amys-session' })
    expect((await call('GET', '/rooms', 'amy')).status).toBe(401)
  })

  test('answers 503 with Retry-After while the chat is not available', async () => {
    const { call, emulator } = await headerHost([ChatController])
    await emulator.accept(false)
    const { status, headers, body } = await call('GET', '/rooms', 'amy')
    expect([status, body]).toEqual([503, expect.objectContaining({ statusCode: 503, error: 'UNAVAILABLE' })])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('in a login handler fails, and the log explains why it cannot work there', async () => {
    const { call, emulator, logs } = await headerHost([ChatController])
    expect((await call('POST', '/login', 'amy')).status).toBe(500)
    expect(String(logs.errors[0])).toMatch(/@ChatToken\(\) cannot work in ChatController\.login.*before the handler/)
    expect(emulator.requests()).toEqual([])
  })

  test('gives global pipes, which come first, nothing to look into', async () => {
    const seen: unknown[] = []
    const pipe: PipeTransform = { transform: (value: unknown) => (seen.push(typeof value), value) }
    const { call } = await headerHost([ChatController], {}, { prepare: (app) => app.useGlobalPipes(pipe) })
    expect((await call('GET', '/rooms', 'amy')).status).toBe(200)
    expect(seen).toEqual(['function'])
  })
})
