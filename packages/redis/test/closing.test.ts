import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createChatTokens, issue } from '@imkit-auth/core'
import { redisStore } from '@imkit-auth/redis'
import { type RedisServer, startRedis } from '@imkit-auth/testkit/redis-servers'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { Fleet, timed } from './fixture.js'
import { skipWithout } from './without-redis.js'

const REVOKE = 'DELETE /admin/clients/*/token'

describe.skipIf(skipWithout())('an app server that closes', () => {
  let redis: RedisServer
  let fleet: Fleet
  beforeEach(async () => {
    redis = await startRedis()
    fleet = await Fleet.create()
  })
  afterEach(async () => {
    await fleet.end()
    await redis.stop()
  })

  test('does not wait for what another one carries', async () => {
    const [leaving, staying] = [await fleet.server(redis.url), await fleet.server(redis.url)]
    await staying.provision({ id: 'amy' })
    await leaving.provision({ id: 'bob' })
    fleet.emulator.fault({ match: REVOKE, kind: 'delay-before', ms: 2_000, times: 1 })
    const carried = staying.revoke('amy', { waitMs: 5_000 })
    await expect.poll(() => fleet.emulator.requests().filter(({ method }) => method === 'DELETE')).toHaveLength(1)
    const { result, ms } = await timed(leaving.close())
    expect(ms).toBeLessThan(1_500)
    expect(result).toMatchObject({ pending: [{ userId: 'amy' }] })
    expect(await carried).toBe('confirmed')
  })

  test('waits for what it carries itself, until that is confirmed', async () => {
    const tokens = await fleet.server(redis.url)
    await tokens.provision({ id: 'amy' })
    fleet.emulator.fault({ match: REVOKE, kind: 'status', status: 503, times: 2 })
    await tokens.revoke('amy', { waitMs: 0 })
    expect(await tokens.close()).toEqual({ pending: [] })
    expect(fleet.live('amy')).toEqual([])
  })

  test.each([
    ['the app’s client', () => fleet.server(redis.url)],
    [
      'a connection of its own',
      async () => {
        const { url: serverUrl, apiKey } = fleet.emulator
        return createChatTokens({ serverUrl, apiKey, mode: issue(), store: redisStore({ url: redis.url }) })
      },
    ],
  ])('takes a logout that comes later, over %s', async (_how, start) => {
    const other = await fleet.server(redis.url)
    const tokens = await start()
    await tokens.provision({ id: 'amy' })
    await tokens.close()
    expect(await tokens.revoke('amy', { session: 'laptop' })).toBe('confirmed')
    expect(fleet.live('amy')).toEqual([])
    expect(await other.current('amy')).toBeUndefined()
  })

  test('lets its process end, also after such a logout', async () => {
    const child = fork(new URL('late-logout.js', import.meta.url), [
      redis.url,
      fleet.emulator.url,
      fleet.emulator.apiKey,
    ])
    onTestFinished(() => void child.kill('SIGKILL'))
    const { result, ms } = await timed(once(child, 'exit'))
    expect(result).toEqual([0, null])
    expect(ms).toBeLessThan(8_000)
    expect(fleet.live('amy')).toEqual([])
  })
})
