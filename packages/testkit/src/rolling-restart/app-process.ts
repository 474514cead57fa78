import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const APP = fileURLToPath(new URL('app.js', import.meta.url))
/** Longer than any process may take to end, in ms; then it is killed, as a process manager would. */
const GRACE = 30_000

/** One process of the app, always on the same port. */
export class AppProcess {
  /** How long it took to end, each time it was told to, in ms. */
  readonly exits: number[] = []
  /** How it ended when that was not well. */
  readonly accidents: string[] = []
  readonly #env: NodeJS.ProcessEnv
  #child: ChildProcess | undefined

  constructor(port: number, env: NodeJS.ProcessEnv) {
    this.#env = { ...process.env, ...env, PORT: String(port) }
  }

  /** Resolves once it listens. */
  async start(): Promise<void> {
    const child = fork(APP, { env: this.#env, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#child = child
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('A process of the app ended as it started.')))
    ended.catch(() => {})
    await Promise.race([once(child, 'message'), ended])
  }

  /** Tells it to end, as every process manager does, and resolves once it has. */
  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child) return
    if (child.exitCode !== null || child.signalCode !== null) {
      this.accidents.push(`ended by itself, with ${child.signalCode ?? child.exitCode}`)
      return
    }
    const exited = once(child, 'exit')
    const began = performance.now()
    child.kill('SIGTERM')
    const impatience = setTimeout(() => child.kill('SIGKILL'), GRACE)
    const [code, signal] = await exited
    clearTimeout(impatience)
    this.exits.push(performance.now() - began)
    if (code !== 0) this.accidents.push(`ended with ${signal ?? code} after SIGTERM`)
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }
}
