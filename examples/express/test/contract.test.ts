import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ChatTokens, createChatTokens, issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { bindingContract } from '@imkit-auth/testkit'
import { afterAll, beforeAll } from 'vitest'
import { createApp } from '../src/app.js'

let emulator: Emulator
let tokens: ChatTokens
let server: Server
let url: string

beforeAll(async () => {
  emulator = await startEmulator({ rateLimit: 0 })
  const { url: serverUrl, apiKey, clientKey } = emulator
  tokens = createChatTokens({ serverUrl, apiKey, clientKey, mode: issue(), now: () => emulator.now() })
  server = createApp(tokens).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server.close()
  await tokens.close()
  await emulator.close()
})

bindingContract(() => url)
