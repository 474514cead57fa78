import { type RedisServer, startRedis } from '@imkit-auth/testkit/redis-servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Fleet } from './fixture.js'
import { skipWithout } from './without-redis.js'

describe.skipIf(skipWithout())('keys', () => {
  let redis: RedisServer
  let fleet: Fleet
  beforeAll(async () => {
    redis = await startRedis()
    fleet = await Fleet.create()
  })
  afterAll(async () => {
    await fleet.end()
    await redis.stop()
  })
  const keys = async () => (await redis.command('KEYS', '*')) as string[]

  test('carry the prefix, the shard, the chat server, the namespace and the user', async () => {
    const tokens = await fleet.server(redis.url, { prefix: 'shop' }, { namespace: 'tenant:1' })
    await tokens.provision({ id: 'amy', nickname: 'Amy' })
    const space = `${encodeURIComponent(`${fleet.emulator.url}/`)}:tenant%3A1`
    expect(await keys()).toContainEqual(expect.stringMatching(new RegExp(`^shop:\\{[0-9a-f]{2}\\}:${space}:user:amy$`)))
  })

  test('keep namespaces and prefixes apart', async () => {
    const one = await fleet.server(redis.url, {}, { namespace: 'a' })
    const { token } = await one.provision({ id: 'amy', nickname: 'Amy' })
    const others = [
      await fleet.server(redis.url, {}, { namespace: 'b' }),
      await fleet.server(redis.url, { prefix: 'other' }, { namespace: 'a' }),
    ]
    for (const other of others) expect(await other.current('amy')).toBeUndefined()
    const same = await fleet.server(redis.url, {}, { namespace: 'a' })
    expect((await same.current('amy'))?.token).toBe(token)
  })

  test('of no user reach those of another, whatever the id', async () => {
    const tokens = await fleet.server(redis.url, { prefix: 'ids' })
    const ids = [
      'x',
      'x:user:y',
      ':user:x',
      '{00}',
      '}:outbox',
      'x:outbox',
      'outbox',
      'probe',
      'ü',
      'X',
      ' x',
      '*',
      '%x',
    ]
    const byId = new Map<string, string>()
    for (const id of ids) byId.set(id, (await tokens.provision({ id, nickname: 'N' })).token)
    expect(new Set(byId.values()).size).toBe(ids.length)
    for (const [id, token] of byId) expect((await tokens.current(id))?.token).toBe(token)
    expect(await tokens.revoke('x')).toBe('confirmed')
    for (const id of ids.slice(1)) expect((await tokens.current(id))?.token).toBe(byId.get(id))
  })

  test('do not stay for ever: a record outlives its longest token, and not by much', async () => {
    const tokens = await fleet.server(redis.url, { prefix: 'ttl' })
    const { expirationDate } = await tokens.provision({ id: 'amy', nickname: 'Amy' })
    await tokens.current('nobody')
    const ttl = async (id: string) => {
      const name = (await keys()).find((key) => key.startsWith('ttl:') && key.endsWith(`:user:${id}`)) ?? ''
      return Number(await redis.command('PTTL', name))
    }
    const life = Date.parse(expirationDate) - Date.now()
    expect(await ttl('amy')).toBeGreaterThan(life)
    expect(await ttl('amy')).toBeLessThan(life + 3_600_000)
    expect(await ttl('nobody')).toBeLessThanOrEqual(86_400_000)
    const left = (await keys()).filter((name) => !name.endsWith(':outbox'))
    for (const name of left) expect(Number(await redis.command('PTTL', name))).toBeGreaterThan(0)
  })
})
