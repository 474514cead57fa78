import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string
  /** The CPU time that its process has used so far, in µs: all of its threads, in user and in system mode. */
  cpu(): Promise<number>
  close(): Promise<void>
}

export interface ServerCommand {
  readonly file: URL
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const PROBE = new URL('cpu-probe.js', import.meta.url)

/**
 * Starts a server that says where it listens as `imkit-auth-service` does: in a line of JSON with `url`.
 *
 * @throws Error when it ends before.
 */
export async function startServer({ file, args = [], env = {} }: ServerCommand): Promise<ServerProcess> {
  const child = fork(file, args, {
    execArgv: ['--import', PROBE.href],
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 2, 'ipc'],
  })
  const url = await addressOf(child)
  return {
    url,
    async cpu() {
      const answered = once(child, 'message')
      child.send('cpu')
      return (await answered)[0] as number
    },
    async close() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('a server needs a standard output')
  const lines = createInterface({ input: child.stdout })
  try {
    for await (const line of lines) {
      const { url } = JSON.parse(line) as { url?: string }
      if (url !== undefined) return url
    }
  } finally {
    // What else it prints is not read, and must not block it.
    child.stdout.resume()
  }
  throw new Error(`${child.spawnargs.at(-1)} ended without having listened`)
}
