import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'redis'

const READY_WITHIN_MS = 5_000

const NO_REDIS =
  'This example needs a Redis: install one (apt-get install redis-server, or brew install redis), ' +
  'or say where yours is: REDIS_URL=redis://… npm run example:cluster'

export interface Redis {
  readonly url: string
  /** Ends it, if it is a private one. */
  stop(): Promise<void>
}

/**
 * A Redis that answers: the one of `REDIS_URL`, or else a private one, which ends with this process at the latest.
 * @throws Error that says how to get one.
 */
export async function startRedis(): Promise<Redis> {
  const given = process.env['REDIS_URL']
  if (!given) return startPrivateRedis()
  if (await answers(given)) return { url: given, stop: async () => {} }
  throw new Error('The Redis of REDIS_URL does not answer. Does it run, and are its address and password right?')
}

async function startPrivateRedis(): Promise<Redis> {
  const port = await freePort()
  const dir = mkdtempSync(join(tmpdir(), 'imkit-cluster-'))
  const listen = ['--bind', '127.0.0.1', '--port', String(port)]
  const server = spawn('redis-server', [...listen, '--dir', dir, '--save', '', '--appendonly', 'yes'], {
    // A locale that this machine does not have would keep it from starting.
    env: { ...process.env, LC_ALL: 'C' },
    stdio: 'ignore',
    // In a group of its own, Ctrl-C leaves it to us: the app still needs it to finish.
    detached: true,
  })
  process.once('exit', () => {
    server.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
  })
  await once(server, 'spawn').catch(() => {
    throw new Error(NO_REDIS)
  })
  const exited = once(server, 'exit')

  const url = `redis://127.0.0.1:${port}`
  const giveUpAt = performance.now() + READY_WITHIN_MS
  while (!(await answers(url))) {
    if (server.exitCode === null && performance.now() < giveUpAt) await sleep(20)
    else throw new Error(`The redis-server that was started on port ${port} does not answer. Try it by hand.`)
  }
  return {
    url,
    async stop() {
      server.kill()
      await exited
    },
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 2_000 } })
    client.on('error', () => {})
    await client.connect()
    await client.ping()
    client.destroy()
    return true
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
