import { type RedisSentinel, startRedisSentinel } from '@imkit-auth/testkit/redis-servers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { withoutRedis } from './without-redis.js'

describe.skipIf(withoutRedis())('sentinels', () => {
  test('make the replica the master when that one is killed, with all that was written', async () => {
    const redis = await started(3)
    expect(redis.sentinels).toHaveLength(3)
    const before = await redis.master()
    await before.command('SET', 'key', 'value')
    await redis.failover()
    const after = await redis.master()
    expect(redis.servers).toContain(after)
    expect(after.port).not.toBe(before.port)
    expect(await after.command('GET', 'key')).toBe('value')
    await expect(before.command('PING')).rejects.toThrow('cannot be reached')
  }, 40_000)

  test('let a server that is back follow, and take over again', async () => {
    const redis = await started(1)
    const first = await redis.master()
    await redis.failover()
    await (await redis.master()).command('SET', 'key', 'value')
    await first.restart()
    await redis.inSync()
    expect(await first.command('ROLE')).toContain('slave')
    await redis.failover()
    expect((await redis.master()).port).toBe(first.port)
    expect(await first.command('GET', 'key')).toBe('value')
  }, 60_000)
})

async function started(sentinels: 1 | 3): Promise<RedisSentinel> {
  const redis = await startRedisSentinel({ sentinels })
  onTestFinished(() => redis.stop())
  return redis
}
