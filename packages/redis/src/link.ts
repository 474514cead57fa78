import { randomUUID } from 'node:crypto'
import type { DriverListener } from '@imkit-auth/core'
import type { Command, RedisCommands, Subscription } from './commands/redis-commands.js'
import { isNoScript, isOfOneKey, refusalOf } from './refusals.js'
import { SCRIPTS, type Script } from './script.js'
import { ServerTime } from './server-time.js'

/** How often a Redis that does not answer is asked again, in ms. */
const PROBE_INTERVAL = 250
/** After so long a connection is not believed in any more, in ms. */
const RENEW_AFTER = 3_000
/** How often it is looked whether the client is connected by now, in ms. */
const LOOK_AGAIN = 10
/** A timer that is later than this tells that this process was busy, in ms. */
const BUSY = 20
/** What is waited for then: what was sent may not even have left. In ms. */
const GRACE = 50
/** How long an answer that nobody waits for may take, in ms. */
const PATIENCE = 5_000

const NO_ANSWER = 'Redis is connected and does not answer in time: is it busy, or far away? Look at commandTimeout.'
const NOT_CONNECTED = 'There is no connection to Redis: is it up, and can this process reach it?'
const NOT_OPEN =
  'The Redis client is not connected, and does not try to be: await client.connect() before the app takes requests, and close it last.'

/**
 * The way to Redis. No command takes longer than its deadline, none is queued while there is no connection, and after one
 * has failed everything fails at once until Redis takes a write again: in a cluster only for the shard concerned.
 */
export class Link {
  readonly #timeoutMs: number
  readonly #commands: RedisCommands
  readonly time: ServerTime
  readonly #prefix: string
  readonly #listeners = new Set<DriverListener>()
  /** The parts of Redis that do not answer. */
  readonly #down = new Set<string>()
  #told = false

  constructor(commands: RedisCommands, timeoutMs: number, prefix: string) {
    this.#commands = commands
    this.#timeoutMs = timeoutMs
    this.time = new ServerTime(commands.isCluster)
    this.#prefix = prefix
  }

  get isCluster(): boolean {
    return this.#commands.isCluster
  }

  /** Resolves when there is a client. @throws TypeError when none is installed. */
  async loaded(): Promise<void> {
    await this.#commands.loading
  }

  listen(listener: DriverListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Runs a script on keys of one slot. What follows is sent in the same go, behind it: that may be refused, and the script is done. */
  async run(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    ...then: readonly Command[]
  ): Promise<readonly [reply: unknown, ...then: unknown[]]> {
    const rest = [String(keys.length), ...keys, ...args.map(String)]
    const [key = ''] = keys
    const send = (...how: Command) => this.#commands.send(key, [[...how, ...rest], ...then])
    const [reply, ...more] = await this.#guard(key, async () => {
      const replies = await send('EVALSHA', script.sha)
      return isNoScript(replies[0]) ? send('EVAL', script.source) : replies
    })
    for (const other of more) this.report(other)
    return [reply, ...more]
  }

  /** Sends one command to the node that has the key. */
  async command(key: string, command: Command): Promise<unknown> {
    return (await this.#guard(key, () => this.#commands.send(key, [command])))[0]
  }

  /** As `command`, with patience, and what fails says nothing about the connection: some commands are not for everybody. */
  async ask(key: string, command: Command): Promise<unknown> {
    return firstOf(await this.#inTime(() => this.#commands.send(key, [command]), PATIENCE))
  }

  /** Asks Redis what time it is, once: from then on every swap tells it. */
  async knowTime(key: string): Promise<void> {
    if (this.time.isKnown) return
    const [seconds, micros] = (await this.command(key, ['TIME'])) as [string, string]
    this.time.learn(Number(seconds) * 1_000 + Number(micros) / 1_000)
  }

  subscribe(channel: string, onMessage: (message: string) => void): Subscription {
    return this.#commands.subscribe(channel, onMessage)
  }

  /** Closes the connection if it was opened here. */
  async close(): Promise<void> {
    await this.#commands.close?.()
  }

  /** Tells operators of it, if it is something that Redis refuses. */
  report(error: unknown): void {
    const refusal = refusalOf(error)
    if (refusal !== undefined) for (const listener of this.#listeners) listener.alert(refusal)
  }

  async #guard(key: string, send: () => Promise<readonly unknown[]>): Promise<readonly unknown[]> {
    const part = this.partOf(key)
    if (this.#down.has(part)) throw new Error('Redis does not answer')
    try {
      const replies = await this.#inTime(send)
      firstOf(replies)
      return replies
    } catch (error) {
      this.report(error)
      if (!this.#down.has(part) && !isOfOneKey(error)) void this.#waitFor(part, error)
      throw error
    }
  }

  /** What fails together: a node of a cluster, of which all that we know is the hash tag of its keys. */
  partOf(key: string): string {
    return this.#commands.isCluster ? (/\{(.+?)\}/.exec(key)?.[1] ?? '') : ''
  }

  /** The result within the deadline. The time a client needs to connect counts, that to load it does not. */
  #inTime<T>(send: () => Promise<T>, withinMs = this.#timeoutMs): Promise<T> {
    const { loading } = this.#commands
    if (loading) return loading.then(() => this.#inTime(send, withinMs))
    return new Promise((resolve, reject) => {
      let look: NodeJS.Timeout | undefined
      const giveUp = () => {
        clearTimeout(look)
        reject(new Error('Redis did not answer in time'))
      }
      const due = performance.now() + withinMs
      const onTime = () => {
        // If it was us who were busy, the answer is there already, and is read before the immediate.
        if (performance.now() < due + BUSY) setImmediate(giveUp)
        else timer = setTimeout(giveUp, GRACE)
      }
      let timer = setTimeout(onTime, withinMs)
      const start = () => {
        if (!this.#commands.isReady) {
          look = setTimeout(start, LOOK_AGAIN)
          return
        }
        send()
          .then(resolve, reject)
          .finally(() => clearTimeout(timer))
      }
      start()
    })
  }

  /** Asks until a write gets through, as long as anybody wants to know. */
  async #waitFor(part: string, error: unknown): Promise<void> {
    this.#down.add(part)
    let since = performance.now()
    // Should it refuse what the probe does not need, those whose steps it refuses do not keep it busy.
    if (refusalOf(error) !== undefined) await probeInterval()
    while (this.#listeners.size > 0) {
      const failure = await this.#probe(part)
      if (!failure) break
      if (!this.#told) {
        this.#told = true
        for (const listener of this.#listeners) listener.down(failure.reason)
      }
      if (performance.now() - since > RENEW_AFTER) {
        since = performance.now()
        this.#commands.renew?.()
      }
      await probeInterval()
    }
    this.#down.delete(part)
    await Promise.all([...this.#listeners].map((listener) => listener.recovered()))
    if (this.#down.size > 0 || !this.#told) return
    this.#told = false
    for (const listener of this.#listeners) listener.up()
  }

  /** Does everything that a step may do. Why that fails; `undefined` when it does not. */
  async #probe(part: string): Promise<{ readonly reason: string } | undefined> {
    const key = `${this.#prefix}:{${part}}:probe:${randomUUID()}`
    const { source, sha } = SCRIPTS.probe
    const rest = ['2', key, `${key}:set`, `${this.#prefix}:probe`]
    const commands = [
      ['EVAL', source, ...rest],
      ['EVALSHA', sha, ...rest],
      ['MGET', key],
      ['ZREM', key, ''],
    ]
    try {
      for (const reply of await this.#inTime(() => this.#commands.send(key, commands))) firstOf([reply])
      return undefined
    } catch (error) {
      const { isReady, isOpen, lastError } = this.#commands
      const unconnected = refusalOf(lastError) ?? (isOpen ? NOT_CONNECTED : NOT_OPEN)
      return { reason: refusalOf(error) ?? (isReady ? NO_ANSWER : unconnected) }
    }
  }
}

function firstOf([reply]: readonly unknown[]): unknown {
  if (reply instanceof Error) throw reply
  return reply
}

function probeInterval(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL).unref())
}
