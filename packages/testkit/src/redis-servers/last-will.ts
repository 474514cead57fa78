import { type ChildProcess, spawn } from 'node:child_process'

/** The end of the pipe is the end of the process that holds its other end. */
const SCRIPT = `
  while read -r line; do pid=$line; done
  [ -z "$pid" ] || kill -KILL "$pid"
  [ -z "$1" ] || rm -rf "$1"
`

/**
 * Ends a server and removes its folder should our process end without doing so, however it ends: a handler of `exit`
 * would not run when the process is killed, which test runners do to their workers.
 */
export class LastWill {
  readonly #executor: ChildProcess

  constructor(folder: string | undefined) {
    this.#executor = spawn('sh', ['-c', SCRIPT, 'last-will', folder ?? ''], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // Ctrl+C shall not end it.
      detached: true,
    })
    this.#executor.unref()
    // It cannot be written to when it could not be started, and then the tests are worth running nevertheless.
    this.#executor.on('error', () => {})
    this.#executor.stdin?.on('error', () => {})
  }

  /** Which process to kill; undefined when it is dead already. */
  name(pid: number | undefined): void {
    this.#executor.stdin?.write(`${pid ?? ''}\n`)
  }

  execute(): void {
    this.#executor.stdin?.end()
  }
}
