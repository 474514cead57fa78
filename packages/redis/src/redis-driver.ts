import type { Change, DriverListener, Due, Purpose, RecordDriver, Row, Swapped } from '@imkit-auth/core'
import type { Keys } from './keys.js'
import type { Link } from './link.js'
import { Outboxes } from './outboxes.js'
import type { RedisBudget } from './redis-budget.js'
import { ReleaseNotices } from './release-notices.js'
import { Rows } from './rows.js'
import { SCRIPTS } from './script.js'

/** A value begins with its version. One of anybody else's has none. */
const VERSION = /^[\w-]{16}/
const NO_VERSION = '!'
/** The longest life of a key, in ms: some 30 years. Only a hostile hand wants more, and Redis would refuse it. */
const LONGEST = 1e12

export interface RedisDriverOptions {
  readonly link: Link
  readonly keys: Keys
  readonly listener: DriverListener
  readonly budget: () => RedisBudget | undefined
  /** What waits until enough replicas have a logout; `undefined` when nothing has to. */
  readonly wait: { readonly replicas: number; readonly command: readonly string[] } | undefined
}

/** Rows in Redis: one string a user, and an outbox for each shard of them. */
export class RedisDriver implements RecordDriver {
  readonly endsInTime = true
  readonly #options: RedisDriverOptions
  readonly #rows: Rows
  readonly #outboxes: Outboxes
  readonly #notices: ReleaseNotices
  readonly #stopListening: () => void

  constructor(options: RedisDriverOptions) {
    this.#options = options
    const { link, keys, listener } = options
    this.#rows = new Rows(link)
    this.#outboxes = new Outboxes(link, keys)
    this.#notices = new ReleaseNotices(link, keys.released)
    this.#stopListening = link.outages.listen(listener)
  }

  now(): number {
    return this.#options.link.time.now
  }

  async load(userId: string): Promise<Row | undefined> {
    const key = this.#options.keys.row(userId)
    await this.#options.link.knowTime(key)
    return rowOf(await this.#rows.get(key))
  }

  async swap(userId: string, version: string, change: Change): Promise<Swapped> {
    const { link, keys, wait } = this.#options
    const { now, dueAt, notBefore, notAfter } = change
    const { tolerance } = link.time
    const keepForMs = Math.min(LONGEST, Math.max(1, Math.ceil(change.keepUntil - now)))
    const due = dueAt === 'none' ? '-' : dueAt === undefined ? '' : Math.ceil(dueAt)
    const channel = change.released ? keys.released : ''
    const within = [notBefore - tolerance, notAfter + tolerance]
    const args = [version, change.value, keepForMs, due, userId, channel, ...within]
    const confirm = change.confirm ? wait : undefined
    const names = [keys.row(userId), keys.outbox(keys.shardOf(userId))]
    if (link.commands.isCluster) names.push(keys.waiters(userId))
    const [reply, acknowledged] = await link.run(SCRIPTS.swap, names, args, ...(confirm ? [confirm.command] : []))
    const [serverNow, value] = Array.isArray(reply) ? (reply as [number, string?]) : [reply as number]
    link.time.learn(serverNow)
    if (Array.isArray(reply)) {
      return value === undefined ? { kind: 'clock' } : { kind: 'conflict', row: rowOf(value === '' ? null : value) }
    }
    if (typeof dueAt === 'number') this.#outboxes.noteDue(userId, dueAt)
    return { kind: 'done', durable: !confirm || Number(acknowledged) >= confirm.replicas }
  }

  due(options: { now: number; limit: number }): Promise<Due> {
    return this.#outboxes.due(options)
  }

  waiting(): AsyncIterable<readonly string[]> {
    return this.#outboxes.everybody()
  }

  /** In a cluster a notice goes to every node: there it is only given when somebody has said that they wait. */
  released(userId: string, withinMs: number): Promise<void> {
    const { link, keys } = this.#options
    const waiters = keys.waiters(userId)
    if (link.commands.isCluster) link.command(waiters, ['SET', waiters, '', 'PX', '5000']).catch(() => {})
    return this.#notices.wait(userId, withinMs)
  }

  listen(userId: string, wake: () => void): () => void {
    return this.#notices.listen(userId, wake)
  }

  async takeAhead(purpose: Purpose): Promise<(() => void) | undefined> {
    return this.#options.budget()?.takeAhead(purpose)
  }

  close(): void {
    this.#stopListening()
    this.#notices.close()
  }
}

function rowOf(value: string | null): Row | undefined {
  return value === null ? undefined : { version: VERSION.exec(value)?.[0] ?? NO_VERSION, value }
}
