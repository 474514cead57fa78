import { eventually } from '@imkit-auth/testkit'
import {
  type RedisCluster,
  type RedisSentinel,
  startRedisCluster,
  startRedisSentinel,
} from '@imkit-auth/testkit/redis-servers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Fleet } from './fixture.js'
import { LIBRARIES } from './topologies.js'
import { skipWithout } from './without-redis.js'

const AMY = { id: 'amy', nickname: 'Amy' }
const LIBRARY_NAMES = ['node-redis', 'ioredis'] as const

describe.skipIf(skipWithout()).each(LIBRARY_NAMES)('failed over by Sentinel, with %s', (library) => {
  let sentinel: RedisSentinel
  let fleet: Fleet
  beforeEach(async () => {
    sentinel = await startRedisSentinel()
    fleet = await Fleet.create(LIBRARIES[library])
  }, 30_000)
  afterEach(async () => {
    await fleet.end()
    await sentinel.stop()
  })

  test('what a replica has acknowledged is not lost', { timeout: 60_000 }, async () => {
    const connected = await LIBRARIES[library].sentinel(sentinel.sentinels, sentinel.name)
    const short = { deadline: 1_000, ambiguityHorizon: 500 }
    const tokens = fleet.serverOn(connected, { waitReplicas: 1 }, short)
    await eventually(() => tokens.provision(AMY))
    await tokens.provision({ id: 'bob', nickname: 'Bob' })
    await fleet.emulator.accept(false)
    // A replica takes a moment after its start until it acknowledges at once.
    await eventually(async () => expect(await tokens.revoke('carl', { waitMs: 0 })).toBe('pending'))
    expect(await tokens.revoke('amy', { waitMs: 0 })).toBe('pending')
    await sentinel.failover()
    // Whose logout it is too late to acknowledge is told so.
    expect(['pending', 'volatile']).toContain(await tokens.revoke('bob', { waitMs: 0 }))
    await fleet.emulator.accept(true)
    await eventually(async () => {
      await tokens.current('amy')
      expect(tokens.stats().degraded).toBe(false)
    }, 20_000)
    await eventually(async () => expect(await tokens.pendingRevocations()).toEqual([]), 20_000)
    expect(fleet.live('amy')).toEqual([])
    expect((await tokens.provision(AMY)).userId).toBe('amy')
  })
})

describe.skipIf(skipWithout()).each(LIBRARY_NAMES)('a cluster of which a node is away, with %s', (library) => {
  let cluster: RedisCluster
  let fleet: Fleet
  beforeAll(async () => {
    cluster = await startRedisCluster()
    fleet = await Fleet.create(LIBRARIES[library])
  }, 30_000)
  afterAll(async () => {
    await fleet.end()
    await cluster.stop()
  })

  test('is away for the users of that node only', { timeout: 30_000 }, async () => {
    const nodes = cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }))
    const tokens = fleet.serverOn(await LIBRARIES[library].cluster(nodes))
    const users = Array.from({ length: 40 }, (_, i) => ({ id: `user ${i}`, nickname: 'U' }))
    const all = async () =>
      (await Promise.allSettled(users.map((user) => tokens.current(user.id)))).map((r) => r.status)
    // A busy machine may need more than a command's time for so many at once.
    await eventually(() => Promise.all(users.map((user) => tokens.provision(user))))
    const [node] = cluster.nodes
    node?.pause()
    await all()
    const started = performance.now()
    const answers = await all()
    expect(performance.now() - started).toBeLessThan(500)
    expect(answers.filter((status) => status === 'fulfilled').length).toBeGreaterThan(15)
    expect(answers).toContain('rejected')
    await eventually(() => expect(tokens.stats().degraded).toBe(true))
    node?.resume()
    await eventually(() => expect(tokens.stats().degraded).toBe(false), 20_000)
    expect(await all()).not.toContain('rejected')
  })
})
