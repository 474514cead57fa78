import KeyvRedis from '@keyv/redis'
import { createCache as createDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { Cacheable, CacheableMemory } from 'cacheable'
import { createCache as createCacheManager } from 'cache-manager'
import { Redis } from 'ioredis'
import { Keyv } from 'keyv'
import { Pool } from 'undici'
import { issueThrough } from '../issue-call.js'

/** What the app servers of a fleet have in common. */
export interface Place {
  readonly redis: { readonly host: string; readonly port: number; readonly url: string }
  /** Where the chat server is. */
  readonly serverUrl: string
}

/** The token of a user who logs in. */
export type LogIn = (userId: string) => Promise<string | undefined>

/** What else an app could share tokens with among its processes: Redis and what its own documentation puts before it. */
export interface SharedCache {
  readonly name: string
  readonly open: (place: Place) => LogIn
}

const HOUR = 3_600_000

// Nobody keeps so many users here that a bound would matter.
const MOST_IN_MEMORY = 10_000

const dedupe: SharedCache = {
  name: 'async-cache-dedupe',
  open({ redis, serverUrl }) {
    const cache = createDedupe({
      ttl: HOUR / 1000,
      storage: { type: 'redis', options: { client: new Redis(redis.url) } },
    }).define('token', issuer(serverUrl))
    return (userId) => cache.token(userId)
  },
}

const cacheable: SharedCache = {
  name: 'cacheable',
  open({ redis, serverUrl }) {
    const cache = new Cacheable({ secondary: new KeyvRedis(redis.url), ttl: HOUR })
    const issue = issuer(serverUrl)
    return (userId) => cache.getOrSet(userId, () => issue(userId))
  },
}

const cacheManager: SharedCache = {
  name: 'cache-manager',
  open({ redis, serverUrl }) {
    const memory = new Keyv({ store: new CacheableMemory({ ttl: HOUR, lruSize: MOST_IN_MEMORY }) })
    const cache = createCacheManager({ stores: [memory, new Keyv({ store: new KeyvRedis(redis.url) })], ttl: HOUR })
    const issue = issuer(serverUrl)
    return (userId) => cache.wrap(userId, () => issue(userId))
  },
}

const bentocache: SharedCache = {
  name: 'bentocache with its bus',
  open({ redis, serverUrl }) {
    const connection = { host: redis.host, port: redis.port }
    const tokens = bentostore()
      .useL1Layer(memoryDriver({ maxItems: MOST_IN_MEMORY }))
      .useL2Layer(redisDriver({ connection }))
      .useBus(redisBusDriver({ connection }))
    const bento = new BentoCache({ default: 'tokens', stores: { tokens } })
    const issue = issuer(serverUrl)
    return (userId) => bento.getOrSet({ key: userId, ttl: HOUR, factory: () => issue(userId) })
  },
}

/** The first is what all others are compared to. */
export const SHARED_CACHES: readonly SharedCache[] = [dedupe, cacheable, cacheManager, bentocache]

/** The very request of imkit-auth, over a pool like that of imkit-auth. */
function issuer(serverUrl: string): (userId: string) => Promise<string> {
  const pool = new Pool(serverUrl, { connections: 50 })
  return (userId) => issueThrough(pool, userId)
}
