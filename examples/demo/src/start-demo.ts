import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createChatTokens, gracefulShutdown, issue } from '@imkit-auth/core'
import { startEmulator } from '@imkit-auth/emulator'
import { createApp } from './app.js'
import type { Ports } from './ports.js'

/** Short enough to watch a token run out. A chat server's default is 7 days. */
const TOKEN_MINUTES = 5

export interface Demo {
  readonly url: string
  readonly chatServerUrl: string
  readonly controlUrl: string
  /** Ends everything that was started; requests and revocations still under way get four seconds. */
  close(): Promise<void>
}

/**
 * Starts a chat server and an app whose users are in the chat.
 * @throws Error when a port cannot be had; then nothing is left running.
 */
export async function startDemo(ports: Ports): Promise<Demo> {
  const server = createServer()
  server.listen(ports.PORT, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const emulator = await startEmulator({
    port: ports.CHAT_PORT,
    controlPort: ports.CONTROL_PORT,
    tokenDays: TOKEN_MINUTES / (24 * 60),
  }).catch((error: unknown) => {
    server.close()
    throw error
  })
  const { url: chatServerUrl, controlUrl, apiKey, clientKey, now } = emulator
  const tokens = createChatTokens({ serverUrl: chatServerUrl, apiKey, clientKey, mode: issue(), now })
  const shutDown = gracefulShutdown(server, tokens, { withinMs: 4_000 })
  server.on('request', createApp(tokens, { publicUrl: url, now }))

  return {
    url,
    chatServerUrl,
    controlUrl,
    async close() {
      await shutDown()
      await emulator.close()
    },
  }
}
