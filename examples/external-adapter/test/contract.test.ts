import { type ChatTokens, createChatTokens } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { bindingContract, Browser, EmulatorControl, listening, type ListeningApp } from '@imkit-auth/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AccessTokens } from '../src/access-tokens.js'
import { accessTokenMode, createApp } from '../src/app.js'

let emulator: Emulator
let tokens: ChatTokens
let app: ListeningApp

beforeAll(async () => {
  emulator = await startEmulator({ rateLimit: 0 })
  const { url: serverUrl, clientKey, now } = emulator
  tokens = createChatTokens({ serverUrl, clientKey, now, mode: accessTokenMode() })
  app = await listening(createApp(tokens, new AccessTokens(now)).listen(0, '127.0.0.1'))
  emulator.verifyAt(`${app.url}/chat-auth/verify`)
})
afterAll(async () => {
  await app.close()
  await tokens.close()
  await emulator.close()
})

test('the app’s own access token opens the chat, and the app’s own logout closes it', async () => {
  const browser = new Browser(app.url)
  const { json } = await browser.post('/login', { username: 'amy', password: 'chat' })
  const chat = await EmulatorControl.behind(emulator.url)
  expect(await chat.me(json.chat.token, emulator.clientKey)).toBe(200)
  expect(emulator.clients()).toMatchObject([{ _id: 'amy', nickname: 'Amy', tokens: [] }])
  await browser.post('/logout')
  expect(await chat.me(json.chat.token, emulator.clientKey)).toBe(401)
})

bindingContract(() => app.url, 'own')
