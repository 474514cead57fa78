import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Place } from '../peers/shared-caches.js'
import type { AppServerMessage, Logins } from './messages.js'

const PROCESS = fileURLToPath(new URL('app-server-process.js', import.meta.url))

export interface LoginsDone {
  /** From the signal to begin until the last app server has told that it is done. */
  readonly ms: number
  /** The different tokens that were handed out, by whichever app server. */
  readonly tokens: ReadonlySet<string>
}

/** The app servers of a fleet: processes that stay from the first round to the last. */
export class AppServers {
  readonly #processes: readonly ChildProcess[]

  private constructor(processes: readonly ChildProcess[]) {
    this.#processes = processes
  }

  static async start(count: number, place: Place): Promise<AppServers> {
    const processes = Array.from({ length: count }, () => fork(PROCESS, [JSON.stringify(place)]))
    await Promise.all(processes.map(next))
    return new AppServers(processes)
  }

  /** Everywhere at once. By the clock of whoever gives the signal: an app server that comes late to it is not spared. */
  async logIn(logins: Logins): Promise<LoginsDone> {
    const started = performance.now()
    const answers = this.#processes.map(next)
    for (const process of this.#processes) process.send(logins)
    const told = await Promise.all(answers)
    const ms = performance.now() - started
    return { ms, tokens: new Set(told.flatMap((message) => (message.kind === 'done' ? message.tokens : []))) }
  }

  async stop(): Promise<void> {
    const running = this.#processes.filter(({ connected }) => connected)
    const ended = running.map((process) => once(process, 'exit'))
    for (const process of running) process.disconnect()
    await Promise.all(ended)
  }
}

/** What it tells next. */
function next(process: ChildProcess): Promise<AppServerMessage> {
  return new Promise((resolve, reject) => {
    const settle = () => process.off('message', onMessage).off('exit', onExit)
    const onMessage = (message: AppServerMessage) => {
      settle()
      if (message.kind === 'failed') reject(new Error(`an app server failed: ${message.reason}`))
      else resolve(message)
    }
    const onExit = () => reject(new Error('an app server ended early'))
    process.on('message', onMessage).on('exit', onExit)
  })
}
