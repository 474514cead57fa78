import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startEmulator } from '@imkit-auth/emulator'
import { AppProcess } from './app-process.js'
import { createFront } from './front.js'
import { type Redis, startRedis } from './redis.js'

/** What an issue takes, in ms: as long as over a network, so that concurrent logins really are. */
const ISSUE_MS = 300
const HOUR_IN_DAYS = 1 / 24

const port = Number(process.env['PORT'] || 3000)
const server = createServer()
const processes: AppProcess[] = []
let redis: Redis | undefined
let stopping: Promise<void> | undefined

/** The app's processes finish first, as they need Redis for it. The chat server ends with this process. */
async function end(code: number): Promise<void> {
  server.close()
  await Promise.all(processes.map((each) => each.stop()))
  await redis?.stop()
  process.exit(code)
}
const stop = (code = 0) => (stopping ??= end(code))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop())

try {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  redis = await startRedis()
  const emulator = await startEmulator({ tokenDays: HOUR_IN_DAYS })
  emulator.fault({ match: 'POST /admin/clients', kind: 'delay-before', ms: ISSUE_MS })

  const env = {
    REDIS_URL: redis.url,
    SESSION_SECRET: randomBytes(32).toString('hex'),
    IMKIT_BASE_URL: emulator.url,
    IMKIT_API_KEY: emulator.apiKey,
    IMKIT_CLIENT_KEY: emulator.clientKey,
  }
  processes.push(new AppProcess('A', env), new AppProcess('B', env))
  await Promise.all(processes.map((each) => each.start()))
  server.on('request', createFront(processes, emulator))
  console.log(`
  imkit-auth cluster  ${url}

  Two processes of one app share the chat tokens of their users through Redis.
  Log in, fetch the token from both, kill one, go on. Ctrl-C stops everything.
`)
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  console.error(code === 'EADDRINUSE' ? `Port ${port} is in use. Choose another one: PORT=${port + 1}` : message)
  await stop(1)
}
