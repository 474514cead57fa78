import { createChatTokens, external } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { bindingContract, Browser, EmulatorControl, listening, type ListeningApp } from '@imkit-auth/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../src/app.js'

const secret = 'a-secret-for-tests-of-32-bytes-at-least'
const callerSecret = 'what-the-chat-server-knows'
let emulator: Emulator
let tokens: ReturnType<typeof createChatTokens>
let app: ListeningApp

beforeAll(async () => {
  emulator = await startEmulator({ rateLimit: 0 })
  const { url: serverUrl, clientKey, now } = emulator
  const mode = external({ mint: jwtMinter({ secret, ttl: 7 * 86_400 }) })
  tokens = createChatTokens({ serverUrl, clientKey, now, mode })
  app = await listening(createApp({ tokens, secret, callerSecret, now }).listen(0, '127.0.0.1'))
  emulator.verifyAt(`${app.url}/chat-auth/verify/${callerSecret}`)
})
afterAll(async () => {
  await app.close()
  await tokens.close()
  await emulator.close()
})

test('one token opens the chat and the app’s own API, and a logout closes both', async () => {
  const browser = new Browser(app.url)
  const { json } = await browser.post('/login', { username: 'amy', password: 'chat' })
  const { token } = json.chat
  const chat = await EmulatorControl.behind(emulator.url)
  const atBoth = async () => {
    const api = await fetch(`${app.url}/api/me`, { headers: { authorization: `Bearer ${token}` } })
    await api.arrayBuffer()
    return [await chat.me(token, emulator.clientKey), api.status]
  }
  expect(await atBoth()).toEqual([200, 200])
  await browser.post('/logout')
  expect(await atBoth()).toEqual([401, 401])
})

test('nobody else may ask whose a token is', async () => {
  const ask = (path: string) => fetch(app.url + path, { method: 'POST', body: '{}' }).then(({ status }) => status)
  expect(await ask('/chat-auth/verify')).toBe(403)
  expect(await ask('/chat-auth/verify/a-guess-of-sixteen')).toBe(403)
})

bindingContract(() => app.url, 'minted')
