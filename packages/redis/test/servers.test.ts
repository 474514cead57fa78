import { eventually } from '@imkit-auth/testkit'
import { type RedisServer, startProxy, startRedis } from '@imkit-auth/testkit/redis-servers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createChatTokens, issue, type TokenSpace, type TokenStore } from '@imkit-auth/core'
import { redisStore } from '@imkit-auth/redis'
import { Fleet } from './fixture.js'
import { LIBRARIES } from './topologies.js'
import { skipWithout } from './without-redis.js'

const SLOW_DOWN = { error: { code: 'RATE_LIMIT_EXCEEDED' }, retryAfter: 30 }
const AMY = { id: 'amy', nickname: 'Amy' }

describe.skipIf(skipWithout())('redisStore', () => {
  let fleet: Fleet
  const running: RedisServer[] = []
  beforeEach(async () => {
    fleet = await Fleet.create()
  })
  afterEach(async () => {
    await fleet.end()
    await Promise.all(running.splice(0).map((server) => server.stop()))
  })
  const redis = async (...options: Parameters<typeof startRedis>) => {
    const server = await startRedis(...options)
    running.push(server)
    return server
  }
  const warned = (text: RegExp) =>
    eventually(() => expect(fleet.warnings).toContainEqual(expect.stringMatching(text)), 2_000)

  test('warns of a Redis that may evict what must not be forgotten', async () => {
    await fleet.server((await redis({ args: ['--maxmemory-policy', 'allkeys-lru'] })).url)
    await warned(/may evict logouts .*Set maxmemory-policy noeviction/)
  })

  test('warns of a Redis that keeps nothing on disk', async () => {
    await fleet.server((await redis()).url)
    await warned(/keeps nothing on disk.*Set appendonly yes/)
  })

  test('says nothing about a Redis that is set up well', async () => {
    const server = await redis({ persistence: 'aof-always' })
    const tokens = await fleet.server(server.url)
    await tokens.provision(AMY)
    await tokens.revoke('amy')
    expect(fleet.warnings).toEqual([])
  })

  test('works where CONFIG is forbidden, and says nothing', async () => {
    const server = await redis()
    await server.command('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all', '-config')
    const url = server.url.replace('redis://', 'redis://app:secret@')
    const tokens = await fleet.server(url)
    expect((await tokens.provision(AMY)).userId).toBe('amy')
    expect(tokens.stats().degraded).toBe(false)
    expect(fleet.warnings).toEqual([])
  })

  test('connects by itself when it is given a url, and closes what it opened', async () => {
    const server = await redis({ persistence: 'aof-always' })
    const tokens = createChatTokens({
      serverUrl: fleet.emulator.url,
      apiKey: fleet.emulator.apiKey,
      mode: issue(),
      store: redisStore({ url: server.url }),
    })
    expect((await tokens.provision(AMY)).userId).toBe('amy')
    const clients = async () =>
      String(await server.command('CLIENT', 'LIST'))
        .trim()
        .split('\n').length
    expect(await clients()).toBe(2)
    await tokens.close()
    await eventually(async () => expect(await clients()).toBe(1))
  })

  test('given a url, takes another connection when the network has swallowed the one it has', async () => {
    const server = await redis()
    const proxy = await startProxy(server)
    const store = redisStore({ url: proxy.url })
    const listener = { down() {}, up() {}, warn() {}, alert() {} }
    const space = store.open({ server: 'https://app.imkit.io/', namespace: '', now: Date.now, listener })
    const key = { session: undefined, ownToken: false }
    const { epoch } = await space.read('amy', key)
    proxy.swallow()
    await expect(space.read('amy', key)).rejects.toMatchObject({ code: 'UNAVAILABLE', ambiguous: true })
    await eventually(async () => expect(await space.read('amy', key)).toMatchObject({ epoch }))
    await space.close()
    await proxy.stop()
  })

  test('goes on when Redis has forgotten the scripts', async () => {
    const server = await redis()
    const tokens = await fleet.server(server.url)
    const { token } = await tokens.provision(AMY)
    await server.command('SCRIPT', 'FLUSH')
    expect((await tokens.provision(AMY)).token).toBe(token)
    expect(await tokens.revoke('amy')).toBe('confirmed')
  })

  test('a logout that too few replicas have is volatile, and done all the same', async () => {
    const server = await redis()
    const tokens = await fleet.server(server.url, { waitReplicas: 1 })
    await tokens.provision(AMY)
    await fleet.emulator.accept(false)
    expect(await tokens.revoke('amy', { waitMs: 0 })).toBe('volatile')
    expect(await tokens.pendingRevocations()).toHaveLength(1)
  })

  // Again if Redis had no core for itself just then.
  test('an event loop that was busy takes no healthy Redis for one that is away', { retry: 3 }, async () => {
    const tokens = await fleet.server((await redis()).url)
    await tokens.provision(AMY)
    const asked = tokens.provision(AMY)
    await new Promise((resolve) => setImmediate(resolve))
    const until = performance.now() + 300
    while (performance.now() < until);
    expect((await asked).userId).toBe('amy')
    expect((await tokens.provision(AMY)).userId).toBe('amy')
  })

  test('does not care how the clocks of app servers differ', async () => {
    const server = await redis()
    const ahead = Date.now
    vi.spyOn(Date, 'now').mockImplementation(() => ahead() + 600_000)
    const fast = await fleet.server(server.url)
    vi.mocked(Date.now).mockRestore()
    const right = await fleet.server(server.url)
    fleet.emulator.fault({ match: 'POST /admin/clients', kind: 'delay-before', ms: 100 })
    const logins = [fast, right, fast, right].map((tokens) => tokens.provision(AMY))
    expect(new Set((await Promise.all(logins)).map(({ token }) => token)).size).toBe(1)
    expect(fleet.emulator.requests().filter(({ method }) => method === 'POST')).toHaveLength(1)
  })

  test('one budget is counted for the whole fleet, and one pause', async () => {
    const server = await redis()
    const options = { requestsPerMinute: 18 }
    const [a, b] = [await fleet.server(server.url, {}, options), await fleet.server(server.url, {}, options)]
    const logins = Array.from({ length: 30 }, (_, i) => (i % 2 ? a : b).provision({ id: `user ${i}`, nickname: 'U' }))
    const outcomes = await Promise.allSettled(logins)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(16)
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'RATE_LIMITED' } })

    const other = await Fleet.create()
    const [c, d] = [await other.server(server.url), await other.server(server.url)]
    other.emulator.fault({ match: 'POST /admin/clients', kind: 'status', status: 429, body: SLOW_DOWN, times: 1 })
    await expect(c.provision(AMY)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    await expect(d.provision(AMY)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(other.emulator.requests()).toHaveLength(1)
    await other.end()
  })

  test('a request taken out of the budget ahead and not needed is given back', async () => {
    const server = await redis()
    const options = { requestsPerMinute: 9 }
    const servers = await Promise.all([1, 2, 3, 4].map(() => fleet.server(server.url, {}, options)))
    fleet.emulator.fault({ match: 'POST /admin/clients', kind: 'delay-before', ms: 100 })
    // Each of them asks for the lease again and again, and one gets it.
    await Promise.all(servers.map((tokens) => tokens.provision(AMY)))
    const logins = Array.from({ length: 7 }, async (_, i) => servers[0]?.provision({ id: `user ${i}`, nickname: 'U' }))
    expect(await Promise.all(logins)).toHaveLength(7)
    await expect(servers[1]?.provision({ id: 'one too many', nickname: 'U' })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    })
  })

  test('a lease whose answer was lost is given back, long before it runs out', async () => {
    const server = await redis()
    const connected = await LIBRARIES['node-redis'].standalone(server.url)
    const client = connected.client as unknown as { sendCommand(args: string[]): Promise<unknown> }
    const listener = { down() {}, up() {}, warn() {}, alert() {} }
    const open = (store: TokenStore) =>
      store.open({ server: 'https://app.imkit.io/', namespace: '', now: Date.now, listener })
    const unlucky = open(redisStore({ client: connected.client }))
    const other = open(redisStore({ url: server.url }))
    const key = { session: undefined, ownToken: false }
    const { epoch } = await unlucky.read('amy', key)
    const step = { key, epoch, intent: { session: undefined, minted: undefined }, leaseMs: 60_000 }
    await unlucky.forget('amy')

    client.sendCommand(['CLIENT', 'REPLY', 'OFF']).catch(() => {})
    await expect(unlucky.acquire('amy', step)).rejects.toMatchObject({ code: 'UNAVAILABLE', ambiguous: true })
    expect(await other.acquire('amy', step)).toMatchObject({ kind: 'busy' })
    // It connects again, and hears again.
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal')
    await eventually(async () => expect(await other.acquire('amy', step)).toMatchObject({ kind: 'acquired' }))
    for (const space of [unlucky, other]) await space.close()
    await connected.close()
  })

  test('wakes who waits in another process', async () => {
    const server = await redis()
    const listener = { down() {}, up() {}, warn() {}, alert() {} }
    const spaces = [1, 2].map(() => {
      const store = redisStore({ url: server.url })
      return store.open({ server: 'https://app.imkit.io/', namespace: '', now: Date.now, listener })
    })
    const [a, b] = spaces as [TokenSpace, TokenSpace]
    const key = { session: undefined, ownToken: false }
    const { epoch } = await a.read('amy', key)
    const step = { key, epoch, intent: { session: undefined, minted: undefined }, leaseMs: 60_000 }
    const held = await a.acquire('amy', step)
    expect(await b.acquire('amy', step)).toMatchObject({ kind: 'busy' })
    const woken = b.released('amy', 60_000)
    await a.release('amy', { fence: held.kind === 'acquired' ? held.fence : 0, holdForMs: undefined })
    await woken
    expect(await b.acquire('amy', step)).toMatchObject({ kind: 'acquired' })
    for (const space of spaces) await space.close()
  })
})
