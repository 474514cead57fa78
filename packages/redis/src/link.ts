import { randomUUID } from 'node:crypto'
import { Outages } from '@imkit-auth/core'
import { lastErrorOf } from './commands/last-error.js'
import type { Command, RedisCommands } from './commands/redis-commands.js'
import { isNoScript, isOfOneKey, refusalOf } from './refusals.js'
import { SCRIPTS, type Script } from './script.js'
import { ServerTime } from './server-time.js'

/** How often it is looked whether the client is connected by now, in ms. */
const LOOK_AGAIN = 10
/** Should Redis refuse what the probe does not need, those whose steps it refuses do not keep it busy. In ms. */
const AFTER_REFUSAL = 250
/** How long an answer that nobody waits for may take, in ms. */
const PATIENCE = 5_000

const NO_ANSWER = 'Redis is connected and does not answer in time: is it busy, or far away? Look at commandTimeout.'
const NOT_CONNECTED = 'There is no connection to Redis: is it up, and can this process reach it?'
const NOT_OPEN =
  'The Redis client is not connected, and does not try to be: await client.connect() before the app takes requests, and close it last.'

/** The way to Redis: scripts and commands, each within its time, and none while there is no connection. */
export class Link {
  readonly time: ServerTime
  readonly outages: Outages
  readonly commands: RedisCommands
  readonly #timeoutMs: number
  readonly #prefix: string

  constructor(commands: RedisCommands, timeoutMs: number, prefix: string) {
    this.commands = commands
    this.#timeoutMs = timeoutMs
    this.#prefix = prefix
    this.time = new ServerTime(commands.isCluster)
    // Listened for from now on.
    lastErrorOf(commands.client)
    const renew = () => commands.renew?.()
    this.outages = new Outages({ timeout: timeoutMs, probe: (part) => this.#probe(part), renew })
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
    const send = (...how: Command) => this.#send(key, [[...how, ...rest], ...then])
    const [reply, ...more] = await this.#guard(key, async () => {
      const replies = await send('EVALSHA', script.sha)
      return isNoScript(replies[0]) ? send('EVAL', script.source) : replies
    })
    for (const other of more) this.report(other)
    return [reply, ...more]
  }

  /** Sends one command to the node that has the key. */
  async command(key: string, command: Command): Promise<unknown> {
    return (await this.#guard(key, () => this.#send(key, [command])))[0]
  }

  /** As `command`, with patience, and what fails says nothing about the connection: some commands are not for everybody. */
  async ask(key: string, command: Command): Promise<unknown> {
    return firstOf(await this.outages.inTime(() => this.#send(key, [command], PATIENCE), PATIENCE))
  }

  /** Asks Redis what time it is, once: from then on every swap tells it. */
  async knowTime(key: string): Promise<void> {
    if (this.time.isKnown) return
    const [seconds, micros] = (await this.command(key, ['TIME'])) as [string, string]
    this.time.learn(Number(seconds) * 1_000 + Number(micros) / 1_000)
  }

  /** Tells operators of it, if it is something that Redis refuses. */
  report(error: unknown): void {
    const refusal = refusalOf(error)
    if (refusal !== undefined) this.outages.alert(refusal)
  }

  async #guard(key: string, send: () => Promise<readonly unknown[]>): Promise<readonly unknown[]> {
    const part = this.partOf(key)
    this.outages.assertUp(part)
    // To load the client does not count.
    if (this.commands.loading) await this.commands.loading
    try {
      const replies = await this.outages.inTime(send)
      firstOf(replies)
      return replies
    } catch (error) {
      this.report(error)
      const isRefused = refusalOf(error) !== undefined
      if (!isOfOneKey(error)) void this.outages.failed(part, isRefused ? AFTER_REFUSAL : 0)
      throw error
    }
  }

  /** As soon as the client is connected: that counts as well. */
  async #send(key: string, commands: readonly Command[], withinMs = this.#timeoutMs): Promise<readonly unknown[]> {
    const due = performance.now() + withinMs
    while (!this.commands.isReady) {
      if (performance.now() > due) throw new Error('There is no connection')
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN))
    }
    return this.commands.send(key, commands)
  }

  /** What fails together: a node of a cluster, of which all that we know is the hash tag of its keys. */
  partOf(key: string): string {
    return this.commands.isCluster ? (/\{(.+?)\}/.exec(key)?.[1] ?? '') : ''
  }

  /** Does everything that a step may do. Why that fails; `undefined` when it does not. */
  async #probe(part: string): Promise<string | undefined> {
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
      for (const reply of await this.outages.inTime(() => this.#send(key, commands))) firstOf([reply])
      return undefined
    } catch (error) {
      const { isReady, isOpen, client } = this.commands
      const unconnected = refusalOf(lastErrorOf(client)) ?? (isOpen ? NOT_CONNECTED : NOT_OPEN)
      return refusalOf(error) ?? (isReady ? NO_ANSWER : unconnected)
    }
  }
}

function firstOf([reply]: readonly unknown[]): unknown {
  if (reply instanceof Error) throw reply
  return reply
}
