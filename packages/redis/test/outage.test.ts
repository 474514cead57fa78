import { setTimeout as sleep } from 'node:timers/promises'
import type { ChatTokens } from '@imkit-auth/core'
import { eventually } from '@imkit-auth/testkit'
import { type RedisProxy, type RedisServer, startProxy, startRedis } from '@imkit-auth/testkit/redis-servers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Fleet, timed } from './fixture.js'
import { LIBRARIES } from './topologies.js'
import { skipWithout } from './without-redis.js'

const AMY = { id: 'amy', nickname: 'Amy' }
/** What a login may take longer while Redis is away, in ms. */
const ADDED = 250

describe.skipIf(skipWithout()).each(['node-redis', 'ioredis'] as const)('when Redis is away, with %s', (library) => {
  let redis: RedisServer
  let proxy: RedisProxy
  let fleet: Fleet
  beforeEach(async () => {
    redis = await startRedis({ persistence: 'aof-always' })
    proxy = await startProxy(redis)
    fleet = await Fleet.create(LIBRARIES[library])
  })
  afterEach(async () => {
    await fleet.end()
    await proxy.stop()
    await redis.stop()
  })

  const drained = async (tokens: { pendingRevocations(): Promise<readonly unknown[]> }) =>
    eventually(async () => expect(await tokens.pendingRevocations()).toEqual([]))
  const recovered = (tokens: ChatTokens) =>
    eventually(async () => {
      await tokens.current('anybody')
      expect(tokens.stats().degraded).toBe(false)
    })

  // Again if the machine was busy with something else for a moment.
  const timely = { retry: 3 }
  test(
    'black-holed: logins are told so within 250 ms, logouts are volatile, and it heals by itself',
    timely,
    async () => {
      const tokens = await fleet.server(proxy.url)
      const events: string[] = []
      tokens.on('storeDown', () => events.push('down'))
      tokens.on('storeUp', () => events.push('up'))
      const { token } = await tokens.provision(AMY)
      expect(tokens.stats().degraded).toBe(false)

      proxy.blackHole()
      for (let i = 0; i < 5; i++) {
        const login = await timed(tokens.provision({ id: `user ${i}`, nickname: 'U' }))
        expect(login.result).toMatchObject({ code: 'UNAVAILABLE', retryable: true })
        expect(login.ms).toBeLessThan(ADDED)
      }
      const logout = await timed(tokens.revoke('amy'))
      expect(logout.result).toBe('volatile')
      expect(logout.ms).toBeLessThan(ADDED)
      await eventually(() => expect(tokens.stats().degraded).toBe(true))
      expect(fleet.warnings).toContainEqual(expect.stringContaining('The store does not answer'))
      expect(fleet.live('amy')).toEqual([token])

      proxy.heal({ deliver: false })
      await recovered(tokens)
      expect(events).toEqual(['down', 'up'])
      await drained(tokens)
      expect(fleet.live('amy')).toEqual([])
      expect((await tokens.provision(AMY)).token).not.toBe(token)
    },
  )

  test('a login after such a logout gets no token from before it', async () => {
    const tokens = await fleet.server(proxy.url)
    const { token } = await tokens.provision(AMY)
    proxy.blackHole()
    expect(await tokens.revoke('amy', { waitMs: 0 })).toBe('volatile')
    proxy.heal({ deliver: false })
    await eventually(async () => expect(await tokens.provision(AMY)).toBeDefined())
    expect((await tokens.provision(AMY)).token).not.toBe(token)
  })

  test('a logout that arrives late spares who logged in on another server meanwhile', async () => {
    const cutOff = await fleet.server(proxy.url)
    const connected = await fleet.server(redis.url)
    const { token: before } = await connected.provision(AMY)
    proxy.blackHole()
    expect(await cutOff.revoke('amy', { waitMs: 0 })).toBe('volatile')
    await sleep(50)
    await connected.revoke('amy')
    const { token } = await connected.provision(AMY)
    proxy.heal({ deliver: false })
    await recovered(cutOff)
    await drained(connected)
    expect(fleet.live('amy')).toEqual([token])
    expect(token).not.toBe(before)
    expect((await connected.provision(AMY)).token).toBe(token)
  })

  test('a logout that the network held back and delivered late kills no later token', async () => {
    const tokens = await fleet.server(proxy.url)
    await tokens.provision(AMY)
    proxy.blackHole()
    expect(await tokens.revoke('amy', { waitMs: 0 })).toBe('volatile')
    proxy.heal({ deliver: true })
    await recovered(tokens)
    const { token } = await tokens.provision(AMY)
    await drained(tokens)
    expect(fleet.live('amy')).toEqual([token])
  })

  test('down before it was ever up: nothing hangs, and it is used as soon as it is there', timely, async () => {
    const tokens = await fleet.server(proxy.url)
    await proxy.refuse()
    const login = await timed(tokens.provision(AMY))
    expect(login.result).toMatchObject({ code: 'UNAVAILABLE' })
    expect(login.ms).toBeLessThan(ADDED)
    await proxy.accept()
    await eventually(async () => expect((await tokens.provision(AMY)).userId).toBe('amy'))
    expect(tokens.stats().degraded).toBe(false)
  })

  test('paused: as if black-holed; resumed: as if nothing had been', timely, async () => {
    const tokens = await fleet.server(redis.url)
    const { token } = await tokens.provision(AMY)
    redis.pause()
    const login = await timed(tokens.provision(AMY))
    expect(login.result).toMatchObject({ code: 'UNAVAILABLE' })
    expect(login.ms).toBeLessThan(ADDED)
    redis.resume()
    await recovered(tokens)
    await eventually(async () => expect((await tokens.provision(AMY)).token).toBe(token))
  })

  test('killed and restarted with its AOF: no revocation is lost', async () => {
    // A revocation under way when Redis dies is handed out again when its lease has run out.
    const tokens = await fleet.server(redis.url, {}, { deadline: 500, ambiguityHorizon: 500 })
    await tokens.provision(AMY)
    await fleet.emulator.accept(false)
    expect(await tokens.revoke('amy', { waitMs: 0 })).toBe('pending')
    await redis.kill()
    await expect(tokens.provision(AMY)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await redis.restart()
    await recovered(tokens)
    expect(await tokens.pendingRevocations()).toHaveLength(1)
    await fleet.emulator.accept(true)
    await drained(tokens)
    expect(fleet.live('amy')).toEqual([])
  })

  test('restarted with nothing: a logout revokes all tokens, as nobody knows their names any more', async () => {
    const forgetful = await startRedis({ persistence: 'none' })
    const tokens = await fleet.server(forgetful.url)
    await tokens.provision(AMY)
    await forgetful.kill()
    await forgetful.restart()
    await recovered(tokens)
    expect(await tokens.revoke('amy')).toBe('confirmed')
    expect(fleet.live('amy')).toEqual([])
    await forgetful.stop()
  })

  test('closing meanwhile says whose logouts are lost', async () => {
    const tokens = await fleet.server(proxy.url)
    await tokens.provision(AMY)
    proxy.blackHole()
    await tokens.revoke('amy', { waitMs: 0 })
    expect(await tokens.close({ withinMs: 100 })).toEqual({ pending: [] })
    expect(fleet.warnings).toContainEqual(expect.stringMatching(/logouts of these users are lost.*: amy$/))
  })
})
