// What has been built answers tokens: starts it beside a local chat server, and asks it for one.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { startEmulator } from '@imkit-auth/emulator'

const emulator = await startEmulator()
const args = ['node_modules/next/dist/bin/next', 'start', '--hostname', '127.0.0.1', '--port', '0']
const env = { ...process.env, IMKIT_BASE_URL: emulator.url, IMKIT_API_KEY: emulator.apiKey }
const app = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
const ended = once(app, 'exit')
try {
  const answer = await fetch(`${await addressOf(app)}/chat/token`, { method: 'POST' })
  assert.equal(answer.status, 200)
  const { token, userId } = await answer.json()
  assert.equal(userId, 'amy')
  assert.deepEqual(
    emulator.clients().map(({ _id, tokens }) => [_id, tokens.map((one) => one.token)]),
    [['amy', [token]]],
  )
} finally {
  app.kill()
  await ended
  await emulator.close()
}

/** Where the app says that it listens. */
async function addressOf({ stdout }) {
  for await (const line of createInterface(stdout)) {
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)
    if (address) return address[0]
  }
  throw new Error('The app has ended.')
}
