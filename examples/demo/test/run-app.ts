import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createChatTokens, issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { createApp } from '../src/app.js'

export interface RunningApp {
  readonly url: string
  readonly emulator: Emulator
  readonly close: () => Promise<void>
}

/** The demo's app on a free port, by the clock of a chat server of its own. */
export async function runApp({ tokenDays = 7 } = {}): Promise<RunningApp> {
  const emulator = await startEmulator({ rateLimit: 0, tokenDays })
  const { url: serverUrl, apiKey, clientKey, now } = emulator
  const tokens = createChatTokens({ serverUrl, apiKey, clientKey, now, mode: issue() })
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  server.on('request', createApp(tokens, { publicUrl: url, now }))
  return {
    url,
    emulator,
    async close() {
      server.close()
      server.closeAllConnections()
      await tokens.close()
      await emulator.close()
    },
  }
}
