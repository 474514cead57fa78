import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createChatTokens, gracefulShutdown, issue } from '@imkit-auth/core'
import { startEmulator } from '@imkit-auth/emulator'
import { createApp } from './app.js'

const port = Number(process.env['PORT'] || 3000)
const emulator = await startEmulator()
const { url: serverUrl, apiKey, clientKey, now } = emulator
const tokens = createChatTokens({ serverUrl, apiKey, clientKey, now, mode: issue() })
const server = createApp(tokens).listen(port, '127.0.0.1')
const shutDown = gracefulShutdown(server, tokens)

async function close(): Promise<void> {
  await shutDown()
  await emulator.close()
}

try {
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close())
  console.log(`Express app  ${url}  (without sessions)
chat server  ${serverUrl}  (an emulator)

Log in, then ask for the chat token again as the page would, log out, and ask once more:
  JWT=$(curl -s -H 'content-type: application/json' \\
    -d '{"username": "amy", "password": "chat"}' ${url}/login | sed 's/.*"accessToken":"\\([^"]*\\).*/\\1/')
  curl -H "Authorization: Bearer $JWT" -X POST ${url}/chat/token
  curl -H "Authorization: Bearer $JWT" -X POST ${url}/logout
  curl -H "Authorization: Bearer $JWT" -X POST ${url}/chat/token

Ctrl-C stops both.`)
} catch (error) {
  const busy = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  console.error(busy ? `Port ${port} is in use. Choose another one: PORT=${port + 1}` : error)
  process.exitCode = 1
  await close()
}
