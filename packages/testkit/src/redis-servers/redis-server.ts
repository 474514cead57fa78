import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { askRedis } from './ask-redis.js'
import { findRedis, redisMissing } from './find-redis.js'
import { LastWill } from './last-will.js'
import type { RespValue } from './resp.js'

const READY_WITHIN_MS = 15_000
const READY_ANSWER_WITHIN_MS = 1_000
const LOG_LINES = 20

/** A Redis process that a test may treat as badly as it likes. It has ended when our process has, however that ends. */
export class RedisServer {
  readonly port: number
  readonly url: string
  /** Where it keeps its data and its log. */
  readonly dir: string
  readonly #args: readonly string[]
  readonly #ownDir: boolean
  readonly #lastWill: LastWill
  #process: ChildProcess | undefined

  /** Does not start it: `restart` does. A folder that is not given is made, and removed in the end. */
  constructor(port: number, dir: string | undefined, args: (dir: string) => readonly string[]) {
    this.port = port
    this.url = `redis://127.0.0.1:${port}`
    this.#ownDir = dir === undefined
    this.dir = dir ?? mkdtempSync(join(tmpdir(), `redis-${port}-`))
    mkdirSync(this.dir, { recursive: true })
    this.#args = args(this.dir)
    this.#lastWill = new LastWill(this.#ownDir ? this.dir : undefined)
  }

  /** Of the process that runs, or of the one that has run last. */
  get pid(): number {
    const pid = this.#process?.pid
    if (pid === undefined) throw new Error('This Redis has never been started.')
    return pid
  }

  /** Answers nothing and forgets nothing until `resume`, while its system still accepts connections. */
  pause(): void {
    this.#signal('SIGSTOP')
  }

  resume(): void {
    this.#signal('SIGCONT')
  }

  /** A power cut; also when it is paused. Resolves once it is dead. */
  async kill(): Promise<void> {
    const dying = this.#process
    if (!isAlive(dying)) return
    dying.ref()
    const dead = once(dying, 'exit')
    dying.kill('SIGKILL')
    await dead
  }

  /** Starts it again with the same port and folder, after a `kill` if it runs. Resolves once it has loaded its data. */
  async restart(): Promise<void> {
    await this.kill()
    const redis = findRedis()
    if (redis === undefined) throw new Error(redisMissing())
    const log = openSync(this.#logFile, 'a')
    // A locale that the machine does not have would keep Redis from starting.
    const env = { ...process.env, LC_ALL: 'C' }
    const server = spawn(redis, this.#args, { cwd: this.dir, env, stdio: ['ignore', log, log] })
    closeSync(log)
    this.#process = server
    await once(server, 'spawn')
    server.unref()
    this.#lastWill.name(server.pid)
    server.on('exit', () => this.#process === server && this.#lastWill.name(undefined))
    await this.#ready(server)
  }

  /** Ends it for good and removes its folder, unless the folder was there before. */
  async stop(): Promise<void> {
    await this.kill()
    if (this.#ownDir) rmSync(this.dir, { recursive: true, force: true })
    this.#lastWill.execute()
  }

  /** Looks inside, over a connection of its own. @throws Error with what Redis says when it refuses. */
  command(...args: readonly string[]): Promise<RespValue> {
    return askRedis(this.port, args)
  }

  /** The last lines it has printed. */
  log(): string {
    return readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-LOG_LINES).join('\n')
  }

  get #logFile(): string {
    return join(this.dir, 'redis.log')
  }

  async #ready(server: ChildProcess): Promise<void> {
    const giveUpAt = performance.now() + READY_WITHIN_MS
    while (!(await this.#isReady())) {
      const ended = !isAlive(server)
      if (!ended && performance.now() < giveUpAt) {
        await sleep(10)
        continue
      }
      const how = ended ? 'ended while starting' : `was not ready within ${READY_WITHIN_MS} ms`
      throw new Error(`redis-server on port ${this.port} ${how}. Its last words:\n${this.log()}`)
    }
  }

  /** Another server could be the one that answers, while ours is about to find out that its port is taken. */
  async #isReady(): Promise<boolean> {
    try {
      const info = String(await askRedis(this.port, ['INFO', 'server'], READY_ANSWER_WITHIN_MS))
      if (!info.includes(`process_id:${this.pid}\r\n`)) return false
      return (await askRedis(this.port, ['PING'], READY_ANSWER_WITHIN_MS)) === 'PONG'
    } catch {
      return false
    }
  }

  #signal(signal: NodeJS.Signals): void {
    if (!isAlive(this.#process)) throw new Error(`The Redis on port ${this.port} does not run.`)
    this.#process.kill(signal)
  }
}

function isAlive(server: ChildProcess | undefined): server is ChildProcess {
  return server?.pid !== undefined && server.exitCode === null && server.signalCode === null
}
