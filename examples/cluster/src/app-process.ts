import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const APP = fileURLToPath(new URL('app.js', import.meta.url))
const RESTART_AFTER_MS = 2_000
const PATIENCE_MS = 5_000

/** One process of the app. When it dies, another one takes its place two seconds later. */
export class AppProcess {
  readonly name: string
  readonly #env: NodeJS.ProcessEnv
  #child: ChildProcess | undefined
  #port: number | undefined
  #restart: NodeJS.Timeout | undefined
  #stopped = false

  constructor(name: string, env: NodeJS.ProcessEnv) {
    this.name = name
    this.#env = { ...process.env, ...env, APP_NAME: name, PORT: '0' }
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Where it listens, or undefined while it does not. */
  get port(): number | undefined {
    return this.#port
  }

  /** Resolves once it listens. */
  async start(): Promise<void> {
    // In a group of its own, Ctrl-C reaches it only through us.
    const child = fork(APP, { env: this.#env, detached: true })
    this.#child = child
    const exited = once(child, 'exit').then(() => this.#ended())
    const listens = once(child, 'message').then(([port]) => (this.#port = port as number))
    await Promise.race([listens, exited])
    if (this.#port === undefined) throw new Error(`Process ${this.name} ended while it started.`)
  }

  /** A crash. */
  kill(): void {
    this.#port = undefined
    this.#child?.kill('SIGKILL')
  }

  /** Lets it finish what it does, but not for ever. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#restart)
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
    await exited
    clearTimeout(impatience)
  }

  #ended(): void {
    this.#port = undefined
    if (this.#stopped) return
    // One that ends while it starts comes here again.
    this.#restart = setTimeout(() => void this.start().catch(() => {}), RESTART_AFTER_MS)
  }
}
