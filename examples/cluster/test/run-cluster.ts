import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { redisMissing } from '@imkit-auth/testkit/redis-servers'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** What the page sees of what runs. */
export interface Scene {
  readonly processes: readonly { readonly name: string; readonly pid: number; readonly up: boolean }[]
  readonly chatServer: { readonly up: boolean; readonly issues: number; readonly liveTokens: number }
}

/** The command, as in a terminal, on a free port. */
export function runCommand(env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [main], { env: { ...process.env, PORT: '0', ...env } })
  return { child, exited: once(child, 'exit'), printed: once(child.stdout, 'data'), complaint: text(child.stderr) }
}

/** The whole example, which `stop` ends. */
export async function runCluster(env: NodeJS.ProcessEnv = {}) {
  const { child, exited, printed, complaint } = runCommand(env)
  const banner = await Promise.race([printed.then(String), complaint])
  const url = /http:\S+/.exec(banner)?.[0]
  if (!url) throw new Error(`The example did not start: ${banner}`)
  return {
    url,
    pid: child.pid,
    complaint,
    scene: async () => (await (await fetch(`${url}/scene`)).json()) as Scene,
    async stop(signal: NodeJS.Signals = 'SIGTERM') {
      child.kill(signal)
      return exited
    },
  }
}

/** Whether there is no Redis to run with. Says so, as reporters do not show what is skipped. */
export function withoutRedis(): boolean {
  const missing = redisMissing('any server')
  if (missing !== undefined) process.stderr.write(`${missing}\n`)
  return missing !== undefined
}
