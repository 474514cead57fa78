import { createServer } from 'node:http'
import { createChatTokens, issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { listening } from '@imkit-auth/testkit'
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
  const { url, close } = await listening(server)
  server.on('request', createApp(tokens, { publicUrl: url, now }))
  return {
    url,
    emulator,
    async close() {
      await close()
      await tokens.close()
      await emulator.close()
    },
  }
}
