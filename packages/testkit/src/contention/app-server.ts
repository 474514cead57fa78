import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { AppServerSettings, Order, Report } from './messages.js'

const PROCESS = fileURLToPath(new URL('./app-server-process.js', import.meta.url))

/** An app server in a process of its own, as its parent sees it. It is told one thing at a time. */
export class AppServer {
  readonly #process: ChildProcess
  readonly #ended: Promise<unknown>

  private constructor(process: ChildProcess) {
    this.#process = process
    this.#ended = once(process, 'exit')
  }

  /** Resolves once it is connected. */
  static async start(settings: AppServerSettings): Promise<AppServer> {
    const server = new AppServer(
      fork(PROCESS, [JSON.stringify(settings)], {
        execArgv: [],
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      }),
    )
    await server.#next()
    return server
  }

  /** @throws Error when the process ends before it has answered. */
  async tell(order: Order): Promise<Report> {
    const answer = this.#next()
    this.#process.send(order)
    return (await answer) as Report
  }

  async stop(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect()
    await this.#ended
  }

  async #next(): Promise<unknown> {
    const ended = this.#ended.then(() => Promise.reject(new Error('an app server ended early')))
    const [message] = (await Promise.race([once(this.#process, 'message'), ended])) as unknown[]
    return message
  }
}
