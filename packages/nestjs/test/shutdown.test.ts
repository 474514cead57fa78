import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ImkitChatModule, ImkitChatService, ProvisionChatToken } from '@imkit-auth/nestjs'
import { Controller, Post } from '@nestjs/common'
import { expect, onTestFinished, test } from 'vitest'
import { chatServer, headerUser, host, liveTokens, tokensOf } from './host.js'

test('tokens that the module created are closed with the app, after a revocation that waited is sent', async () => {
  const { emulator, options } = await chatServer()
  const { app, close, logs } = await host(ImkitChatModule.forRoot({ ...options, identify: headerUser }))
  const { tokens } = app.get(ImkitChatService)
  await tokens.provision({ id: 'amy' })
  await emulator.accept(false)
  await tokens.revoke('amy', { waitMs: 0 })
  await emulator.accept(true)
  await close()
  expect(liveTokens(emulator, 'amy')).toEqual([])
  await expect(tokens.provision({ id: 'amy' })).rejects.toMatchObject({ code: 'CLOSED' })
  expect(logs.warnings).toEqual([])
})

test(
  'what cannot be revoked at shutdown is reported: the users, and digests instead of tokens',
  { timeout: 20_000 },
  async () => {
    const { emulator, options } = await chatServer()
    const { app, close, logs } = await host(ImkitChatModule.forRoot({ ...options, identify: headerUser }))
    const { tokens } = app.get(ImkitChatService)
    const { token } = await tokens.provision({ id: 'amy' })
    await emulator.accept(false)
    await tokens.revoke('amy', { waitMs: 0 })
    await close()
    expect(logs.warnings.at(-1)).toMatch(/amy \(token [0-9a-f]{32}, tried \d+×\)/)
    expect(logs.warnings.join()).not.toContain(token)
  },
)

test('tokens that the app passed in are left open', async () => {
  const { options } = await chatServer()
  const tokens = tokensOf(options)
  const { close } = await host(ImkitChatModule.forRoot({ tokens, identify: headerUser }))
  await close()
  expect(await tokens.provision({ id: 'amy' })).toMatchObject({ userId: 'amy' })
})

test('a request that comes on an open connection while the app ends is answered, and the token is there', async () => {
  @Controller()
  class AuthController {
    @Post('login') @ProvisionChatToken() login() {
      return {}
    }
  }
  const { emulator, options } = await chatServer()
  const chat = ImkitChatModule.forRoot({ ...options, identify: headerUser })
  const { app } = await host(chat, { controllers: [AuthController] })
  const socket = connect(Number(new URL(await app.getUrl()).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const ask = async (user: string) => {
    socket.write(`POST /login HTTP/1.1\r\nhost: app\r\nx-user: ${user}\r\ncontent-length: 0\r\n\r\n`)
    return String((await once(socket, 'data'))[0])
  }
  expect(await ask('amy')).toContain('"userId":"amy"')
  const closed = app.close()
  await sleep(200)
  const late = await ask('bob')
  expect(late).toContain('"userId":"bob"')
  expect(late).toContain('Connection: close')
  await closed
  expect(liveTokens(emulator, 'bob')).toHaveLength(1)
})
