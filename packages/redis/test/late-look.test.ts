import { redisStore } from '@imkit-auth/redis'
import { type RedisServer, startRedis } from '@imkit-auth/testkit/redis-servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LIBRARIES } from './topologies.js'
import { skipWithout } from './without-redis.js'

const KEY = { session: 's', ownToken: false }
const INTENT = { session: undefined, minted: undefined }
/** How often it is tried: whether both answers come in one piece is a matter of luck. */
const TRIES = 20

describe.skipIf(skipWithout()).each(['node-redis', 'ioredis'] as const)('with %s', (library) => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  test('a look at the outboxes forgets no revocation that was queued behind it', async () => {
    const { client, close } = await LIBRARIES[library].standalone(redis.url)
    const listener = { down() {}, up() {}, warn() {}, alert() {} }
    let found = 0
    for (let n = 0; n < TRIES; n++) {
      const store = redisStore({ client, prefix: `try${n}`, commandTimeout: 5_000 })
      const space = store.open({ server: 'x', namespace: '', now: Date.now, listener })
      const { epoch } = await space.read('amy', KEY)
      const acquired = await space.acquire('amy', { key: KEY, epoch, intent: INTENT, leaseMs: 10_000 })
      if (acquired.kind !== 'acquired') throw new Error(acquired.kind)
      const token = { token: 't', expiresAt: Date.now() + 60_000, renewBefore: 0, expirationDate: undefined }
      const rest = { holdForMs: undefined, nickname: undefined, avatarUrl: undefined }
      await space.commit('amy', { fence: acquired.fence, epoch, token, ...rest })

      const claim = () => space.claim({ limit: 16, visibleForMs: 10_000 })
      // Both are sent in one turn, the look first.
      const looked = claim()
      const [early] = await Promise.all([looked, space.logout('amy', { key: KEY, everything: false, claimForMs: 0 })])
      const late = await claim()
      found += early.revocations.length + late.revocations.length
    }
    expect(found).toBe(TRIES)
    await close()
  })
})
