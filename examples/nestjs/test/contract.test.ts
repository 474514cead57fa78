import { type ChatTokens, createChatTokens, issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { bindingContract } from '@imkit-auth/testkit'
import type { INestApplication } from '@nestjs/common'
import { afterAll, beforeAll } from 'vitest'
import { createApp } from '../src/app.js'

let emulator: Emulator
let tokens: ChatTokens
let app: INestApplication
let url: string

beforeAll(async () => {
  emulator = await startEmulator({ rateLimit: 0 })
  const { url: serverUrl, apiKey, clientKey, now } = emulator
  tokens = createChatTokens({ serverUrl, apiKey, clientKey, now, mode: issue() })
  app = await createApp(tokens)
  await app.listen(0, '127.0.0.1')
  url = await app.getUrl()
})

afterAll(async () => {
  await app.close()
  await tokens.close()
  await emulator.close()
})

bindingContract(() => url)
