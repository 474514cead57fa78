import { setTimeout as sleep } from 'node:timers/promises'
import { type ChatTokens, external } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import {
  type RedisProxy,
  type RedisServer,
  startProxy,
  startRedis,
  type WireRecord,
} from '@imkit-auth/testkit/redis-servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Fleet } from './fixture.js'
import { LIBRARIES } from './topologies.js'
import { skipWithout } from './without-redis.js'

const AMY = { id: 'amy', nickname: 'Amy' }

describe.skipIf(skipWithout()).each(['node-redis', 'ioredis'] as const)(
  'round trips on the wire, with %s',
  (library) => {
    let redis: RedisServer
    let proxy: RedisProxy
    let fleet: Fleet
    let tokens: ChatTokens
    beforeAll(async () => {
      redis = await startRedis()
      proxy = await startProxy(redis)
      fleet = await Fleet.create(LIBRARIES[library])
      tokens = await fleet.server(proxy.url)
      // The first of each loads its script.
      await tokens.provision({ id: 'first', nickname: 'First' })
      await tokens.revoke('first')
      // What a process looks at when it starts.
      await sleep(300)
    })
    afterAll(async () => {
      await fleet.end()
      await proxy.stop()
      await redis.stop()
    })

    async function counted(work: () => Promise<unknown>): Promise<WireRecord> {
      const record = proxy.record()
      await work()
      record.stop()
      return record
    }

    test('a cold login takes three, the request budget included', async () => {
      const { roundTrips, commands } = await counted(() => tokens.provision(AMY))
      expect(roundTrips).toBeLessThanOrEqual(3)
      expect(commands).toHaveLength(4)
    })

    test('a cached login takes one', async () => {
      const { roundTrips, commands } = await counted(() => tokens.provision(AMY))
      expect(roundTrips).toBe(1)
      expect(commands).toHaveLength(1)
    })

    test('a hundred users at once are looked up together, and each gets their own token', async () => {
      const users = Array.from({ length: 100 }, (_, at) => ({ id: `user-${at}` }))
      const issued: string[] = []
      for (const user of users) issued.push((await tokens.provision(user)).token)
      let found: { readonly token: string }[] = []
      // Twice each: who is asked for again is read once.
      const { commands } = await counted(async () => {
        found = await Promise.all([...users, ...users].map((user) => tokens.provision(user)))
      })
      expect(commands.length).toBeLessThanOrEqual(8)
      expect(found.map(({ token }) => token)).toEqual([...issued, ...issued])
    })

    test('looking at the current token takes one', async () => {
      expect((await counted(() => tokens.current('amy'))).roundTrips).toBe(1)
    })

    test('a logout takes two, with its confirmation by the chat server and the request budget', async () => {
      const { roundTrips, commands } = await counted(async () => expect(await tokens.revoke('amy')).toBe('confirmed'))
      expect(roundTrips).toBeLessThanOrEqual(2)
      expect(commands).toHaveLength(3)
    })

    test('where the chat server asks, a cold login takes three, a check of the token one, and a logout one', async () => {
      const mode = external({ mint: jwtMinter({ secret: 'a-secret-for-tests-of-32-bytes-at-least', ttl: 60 }) })
      const minting = await fleet.server(proxy.url, {}, { mode, apiKey: undefined })
      await minting.provision({ id: 'first' })
      await sleep(300)
      expect((await counted(() => minting.provision({ id: 'bob' }))).commands).toHaveLength(3)
      expect((await counted(() => minting.standing('bob'))).commands).toHaveLength(1)
      const logout = () => minting.revoke('bob')
      expect((await counted(async () => expect(await logout()).toBe('confirmed'))).commands).toHaveLength(1)
    })

    test('a process with nothing to do asks Redis once a second at most', async () => {
      const { roundTrips } = await counted(() => sleep(3_000))
      expect(roundTrips).toBeLessThanOrEqual(4)
    })
  },
)
