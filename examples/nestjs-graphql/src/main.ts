import { createChatTokens, issue } from '@imkit-auth/core'
import { startEmulator } from '@imkit-auth/emulator'
import { createApp } from './app.js'

const port = Number(process.env['PORT'] || 3000)
const emulator = await startEmulator()
const { url: serverUrl, apiKey, clientKey, now } = emulator
const tokens = createChatTokens({ serverUrl, apiKey, clientKey, now, mode: issue() })
const app = await createApp(tokens)

async function close(): Promise<void> {
  await app.close()
  await tokens.close()
  await emulator.close()
}

try {
  await app.listen(port, '127.0.0.1')
  const url = await app.getUrl()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close())
  console.log(`Nest app     ${url}
chat server  ${serverUrl}  (an emulator)

Log in, then ask for the chat token again as the page would:
  curl -c cookies.txt -H 'content-type: application/json' \\
    -d '{"query": "mutation { login(username: \\"amy\\", password: \\"chat\\") { chat { token } } }"}' ${url}/graphql
  curl -b cookies.txt -X POST ${url}/chat/token

Ctrl-C stops both.`)
} catch (error) {
  const busy = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  console.error(busy ? `Port ${port} is in use. Choose another one: PORT=${port + 1}` : error)
  process.exitCode = 1
  await close()
}
