import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { CrashOrder } from './crash-child.js'
import type { Lane } from './lane.js'
import type { Sinks } from './sinks.js'

const CHILD = fileURLToPath(new URL('./crash-child.js', import.meta.url))

/** Lets a process die of an error of ours, with all that Node can print, and looks at what it leaves behind. */
export async function lookAtCrash(sinks: Sinks, { canaries, emulator }: Lane, during: string): Promise<void> {
  const look = { canaries, during: `a crash, ${during}` }
  const child = spawn(process.execPath, ['--trace-warnings', '--trace-uncaught', CHILD], {
    env: { ...process.env, NODE_DEBUG: 'undici,net', NODE_OPTIONS: '' },
  })
  const order: CrashOrder = { serverUrl: emulator.url, apiKey: canaries.apiKey.value }
  child.stdin.end(JSON.stringify(order))
  const [said, printed] = await Promise.all([text(child.stdout), text(child.stderr)])
  const parts = said.split(/\n---(.+)---\n/)
  for (let at = 1; at < parts.length; at += 2) sinks.look(`crash, ${parts[at]}`, parts[at + 1] ?? '', look)
  sinks.look('crash, standard error', printed, look)
  if (!printed.includes('ChatTokenError')) sinks.hit(`the process did not die of our error, ${look.during}`)
}
