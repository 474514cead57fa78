import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { startEmulator } from '@imkit-auth/emulator'
import { eventually } from '@imkit-auth/testkit'
import { expect, onTestFinished, test } from 'vitest'

const readme = new URL('../../../README.md', import.meta.url)
const pasted = fileURLToPath(new URL('../dist/pasted.mjs', import.meta.url))
/** What a reader has: the check of a password. */
const users = fileURLToPath(new URL('../dist/users.js', import.meta.url))
const CHECK = "export const checkPassword = async ({ username, password }) => password === 'chat' && { id: username }"

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('the lines on the README’s first screen work when they are pasted into a file', async () => {
  const code = /```js\n([\s\S]*?)```/.exec(await readFile(readme, 'utf8'))?.[1] ?? ''
  await Promise.all([writeFile(pasted, code), writeFile(users, CHECK)])
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const port = await freePort()
  const { url: IMKIT_BASE_URL, apiKey: IMKIT_API_KEY } = emulator
  const app = spawn(process.execPath, [pasted], {
    env: { ...process.env, PORT: String(port), SESSION_SECRET: randomUUID(), IMKIT_BASE_URL, IMKIT_API_KEY },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  onTestFinished(() => void app.kill('SIGKILL'))

  const post = (path: string, cookie = '', body: object = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const live = () => emulator.clients().flatMap(({ tokens }) => tokens.map(({ token }) => token))
  expect((await eventually(() => post('/login', '', { username: 'amy', password: 'guessed' }))).status).toBe(401)
  const login = await post('/login', '', { username: 'amy', password: 'chat' })
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0]
  const { chat } = (await login.json()) as { chat: { token: string } }
  expect(live()).toEqual([chat.token])
  expect(await (await post('/chat/token', cookie)).json()).toMatchObject({ token: chat.token })
  expect((await post('/logout', cookie)).status).toBe(204)
  expect(live()).toEqual([])
  app.kill('SIGTERM')
  expect(await once(app, 'exit')).toEqual([0, null])
})
