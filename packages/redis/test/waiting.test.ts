import { setTimeout as sleep } from 'node:timers/promises'
import type { TokenSpace } from '@imkit-auth/core'
import { redisStore } from '@imkit-auth/redis'
import { type RedisServer, startRedis } from '@imkit-auth/testkit/redis-servers'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { skipWithout } from './without-redis.js'

const KEY = { session: undefined, ownToken: false }
const STEP = { key: KEY, intent: undefined, leaseMs: 10_000 }

describe.skipIf(skipWithout())('who waits for a lease', () => {
  let redis: RedisServer
  const clients: Redis[] = []
  beforeEach(async () => {
    redis = await startRedis()
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect()
    await redis.stop()
  })

  /** A server of its own, whose answers pass `hold`. */
  function space(hold: (answer: Promise<unknown>) => Promise<unknown> = (answer) => answer): TokenSpace {
    const client = new Redis(redis.url)
    clients.push(client)
    const held = new Proxy(client, {
      get(_, name) {
        const value: unknown = Reflect.get(client, name)
        if (name === 'call') return (...args: [string, ...string[]]) => hold(client.call(...args))
        return typeof value === 'function' ? (value.bind(client) as unknown) : value
      },
    })
    const listener = { down() {}, up() {}, warn() {}, alert() {} }
    const store = redisStore({ client: held, commandTimeout: 5_000 })
    return store.open({ server: 'x', namespace: '', now: Date.now, listener })
  }

  test('hears that it was given back also when that comes before the answer that it is taken', async () => {
    let answers = Promise.resolve()
    const [owner, waiter] = [space(), space((answer) => answers.then(() => answer))]
    // From the first wait on it listens, and from the first step on it knows what time it is.
    await waiter.released('amy', 200)
    await waiter.acquire('bob', { ...STEP, epoch: 0 })
    const { epoch } = await owner.read('amy', KEY)
    const taken = await owner.acquire('amy', { ...STEP, epoch })
    expect(taken).toMatchObject({ kind: 'acquired' })

    let answer = () => {}
    answers = new Promise((resolve) => (answer = resolve))
    const asked = waiter.acquire('amy', { ...STEP, epoch })
    await sleep(100)
    if (taken.kind === 'acquired') await owner.release('amy', { fence: taken.fence, holdForMs: undefined })
    await sleep(100)
    answer()
    expect(await asked).toMatchObject({ kind: 'acquired' })
    await Promise.all([owner.close(), waiter.close()])
  })

  test('hears it also through a client of ioredis that has no offline queue', async () => {
    const client = new Redis(redis.url, { enableOfflineQueue: false })
    clients.push(client)
    await new Promise((resolve) => client.once('ready', resolve))
    const listener = { down() {}, up() {}, warn() {}, alert() {} }
    const waiter = redisStore({ client }).open({ server: 'x', namespace: '', now: Date.now, listener })
    const owner = space()
    // It listens from the first wait on.
    await waiter.released('amy', 500)
    const { epoch } = await owner.read('amy', KEY)
    const taken = await owner.acquire('amy', { ...STEP, epoch })
    const fence = taken.kind === 'acquired' ? taken.fence : 0
    const began = performance.now()
    const woken = waiter.released('amy', 8_000)
    await owner.release('amy', { fence, holdForMs: undefined })
    await woken
    expect(performance.now() - began).toBeLessThan(4_000)
    await Promise.all([owner.close(), waiter.close()])
  })
})
