import { ImkitChatModule, ImkitChatService } from '@imkit-auth/nestjs'
import { expect, test } from 'vitest'
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
