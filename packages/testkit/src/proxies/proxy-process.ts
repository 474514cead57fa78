import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findCommand } from '../find-command.js'
import { freePort } from '../redis-servers/free-port.js'
import { LastWill } from '../redis-servers/last-will.js'

const READY_WITHIN_MS = 15_000
/** Debian keeps them where only root looks. */
const SBIN = ['/usr/sbin', '/usr/local/sbin']
const CONFIGURATION = 'proxy.conf'
const LOG = 'proxy.log'

/** How a proxy is told to stay in the foreground, to write to stderr, and to obey the file of this name. */
export interface ProxyProgram {
  readonly command: string
  readonly args: (configuration: string) => readonly string[]
}

/** Why suites with this proxy are skipped and how to get them, or undefined when they can run. */
export function programMissing({ command }: ProxyProgram): string | undefined {
  return findCommand(command, ...SBIN) === undefined
    ? `Skipped without ${command}: install it, e.g. with \`apt-get install ${command}\`.`
    : undefined
}

/** A proxy that only this test knows. It has ended when our process has, however that ends. */
export class ProxyProcess {
  readonly url: string
  readonly #port: number
  readonly #dir: string
  readonly #lastWill: LastWill
  readonly #process: ChildProcess
  readonly #ended: Promise<unknown>

  private constructor(command: string, args: readonly string[], port: number, configuration: string) {
    this.#port = port
    this.url = `http://127.0.0.1:${port}`
    this.#dir = mkdtempSync(join(tmpdir(), `proxy-${port}-`))
    writeFileSync(join(this.#dir, CONFIGURATION), configuration)
    this.#lastWill = new LastWill(this.#dir)
    const log = openSync(join(this.#dir, LOG), 'a')
    this.#process = spawn(command, args, { cwd: this.#dir, stdio: ['ignore', log, log] })
    closeSync(log)
    this.#ended = once(this.#process, 'exit')
    this.#lastWill.name(this.#process.pid)
  }

  /** Resolves once it accepts connections at a port of its own. */
  static async start(program: ProxyProgram, configuration: (port: number) => string): Promise<ProxyProcess> {
    const command = findCommand(program.command, ...SBIN)
    if (command === undefined) throw new Error(programMissing(program))
    const port = await freePort()
    const proxy = new ProxyProcess(command, program.args(CONFIGURATION), port, configuration(port))
    const giveUpAt = performance.now() + READY_WITHIN_MS
    while (!(await proxy.#accepts())) {
      if (performance.now() < giveUpAt && proxy.#process.exitCode === null) {
        await sleep(10)
        continue
      }
      const log = proxy.log()
      await proxy.stop()
      throw new Error(`${program.command} does not start. Its last words:\n${log}`)
    }
    return proxy
  }

  /** All that it has printed. */
  log(): string {
    return readFileSync(join(this.#dir, LOG), 'utf8')
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGTERM')
    await this.#ended
    this.#lastWill.name(undefined)
    this.#lastWill.execute()
    rmSync(this.#dir, { recursive: true, force: true })
  }

  async #accepts(): Promise<boolean> {
    const socket = connect(this.#port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return true
    } catch {
      return false
    } finally {
      socket.destroy()
    }
  }
}
