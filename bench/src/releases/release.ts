import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type RedisServer, startRedis } from '@imkit-auth/testkit/redis-servers'
import type { Cost, ReleaseMessage, ReleaseSettings, Work } from './messages.js'

const PROCESS = fileURLToPath(new URL('release-process.js', import.meta.url))

/** A release in a process of its own, with a Redis of its own. */
export class Release {
  readonly #process: ChildProcess
  readonly #redis: RedisServer

  readonly #checkout: string

  private constructor(process: ChildProcess, redis: RedisServer, checkout: string) {
    this.#process = process
    this.#checkout = checkout
    this.#redis = redis
  }

  static async start({ checkout, library }: Omit<ReleaseSettings, 'redisUrl'>): Promise<Release> {
    const redis = await startRedis()
    const settings: ReleaseSettings = { checkout, library, redisUrl: redis.url }
    const child = fork(PROCESS, [JSON.stringify(settings)], { stdio: ['ignore', 2, 2, 'ipc'] })
    const release = new Release(child, redis, checkout)
    await release.#next()
    return release
  }

  async measure(work: Work): Promise<Cost> {
    const answer = this.#next()
    this.#process.send(work)
    const message = await answer
    if (message.kind === 'done') return message.cost
    const reason = message.kind === 'failed' ? message.reason : 'it was not asked'
    throw new Error(`the release in ${this.#checkout}, ${work.operation}: ${reason}`)
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit')
    if (this.#process.connected) {
      this.#process.disconnect()
      await ended
    }
    await this.#redis.stop()
  }

  async #next(): Promise<ReleaseMessage> {
    const over = new AbortController()
    const { signal } = over
    const ended = once(this.#process, 'exit', { signal }).then(() => Promise.reject(new Error('a release ended early')))
    try {
      const [message] = (await Promise.race([once(this.#process, 'message', { signal }), ended])) as [ReleaseMessage]
      return message
    } finally {
      ended.catch(() => {})
      over.abort()
    }
  }
}
