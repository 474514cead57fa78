import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Answer, CallName, Calls, Received, Sent } from './calls.js'

const PROCESS = fileURLToPath(new URL('./app-server-process.js', import.meta.url))

/** One app server in a process of its own, as its parent sees it. It does nothing before it is asked to start. */
export class AppServer {
  /** Resolves once it is dead, with what went wrong unless somebody killed it. */
  readonly ended: Promise<string | undefined>
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, (answer: Answer<never>) => void>()
  #sent = 0
  #alive = true

  constructor() {
    this.#process = fork(PROCESS, {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#process.on('message', ({ id, answer }: Received) => this.#answered(id, answer as Answer<never>))
    // A call to a process that has just died fails; that it did is told by `exit`.
    this.#process.on('error', () => {})
    this.ended = once(this.#process, 'exit').then(([code, signal]) => {
      this.#alive = false
      for (const id of this.#waiting.keys()) this.#answered(id, { kind: 'died' })
      return signal === 'SIGKILL' ? undefined : `an app server ended with ${signal ?? `code ${code}`}`
    })
  }

  get isAlive(): boolean {
    return this.#alive
  }

  ask<Name extends CallName>(name: Name, given: Calls[Name]['given']): Promise<Answer<Calls[Name]['answer']>> {
    return new Promise((resolve) => {
      if (!this.#alive) return resolve({ kind: 'died' })
      const id = ++this.#sent
      this.#waiting.set(id, resolve)
      const sent: Sent = { id, name, given }
      this.#process.send(sent, () => {})
    })
  }

  /** Resolves once it is dead. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.ended
  }

  #answered(id: number, answer: Answer<never>): void {
    this.#waiting.get(id)?.(answer)
    this.#waiting.delete(id)
  }
}
