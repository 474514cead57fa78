import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createChatTokens, external, gracefulShutdown } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import { startEmulator } from '@imkit-auth/emulator'
import { createApp } from './app.js'

const port = Number(process.env['PORT'] || 3000)
const secret = process.env['JWT_SECRET'] || randomBytes(32).toString('hex')
const callerSecret = randomBytes(24).toString('hex')
const emulator = await startEmulator()
const { url: serverUrl, clientKey, now } = emulator
// No API key: the chat server is told nothing, it asks.
const tokens = createChatTokens({
  serverUrl,
  clientKey,
  now,
  mode: external({ mint: jwtMinter({ secret, ttl: 3_600 }) }),
})
const server = createApp({ tokens, secret, callerSecret, now }).listen(port, '127.0.0.1')
const shutDown = gracefulShutdown(server, tokens)

async function close(): Promise<void> {
  await shutDown()
  await emulator.close()
}

try {
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // IMKIT's chat server is started with AUTH=<this address>.
  emulator.verifyAt(`${url}/chat-auth/verify/${callerSecret}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close())
  console.log(`Express app  ${url}
chat server  ${serverUrl}  (an emulator, which asks the app about every token)

Log in, then use the token at the chat server and at the app itself:
  TOKEN=$(curl -s -c cookies.txt -H 'content-type: application/json' \\
    -d '{"username": "amy", "password": "chat"}' ${url}/login | sed 's/.*"token":"\\([^"]*\\).*/\\1/')
  curl -H "IM-CLIENT-KEY: ${clientKey}" -H "IM-Authorization: $TOKEN" ${serverUrl}/me
  curl -H "Authorization: Bearer $TOKEN" ${url}/api/me
Log out, and it is worth nothing at either:
  curl -b cookies.txt -X POST ${url}/logout

Ctrl-C stops both.`)
} catch (error) {
  const busy = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  console.error(busy ? `Port ${port} is in use. Choose another one: PORT=${port + 1}` : error)
  process.exitCode = 1
  await close()
}
