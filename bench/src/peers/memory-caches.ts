import { createAppAuth } from '@octokit/auth-app'
import { request } from '@octokit/request'
import { createCache as createDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { Cacheable } from 'cacheable'
import { createCache as createCacheManager } from 'cache-manager'
import { LRUCache } from 'lru-cache'
import { type BenchUser, type KeptToken, tokenOf } from '../population.js'

export type Found = { readonly token: string } | undefined

/** What else an app could keep tokens in, used as its own documentation says. */
export interface MemoryCache {
  readonly name: string
  /** A cache with room for all of them. It gets a token for whom it does not know. */
  readonly open: (users: readonly BenchUser[]) => (user: BenchUser) => Promise<Found>
}

const HOUR = 3_600_000

/** No hop, no expiry, nobody who fetches what is missing: no app can be faster than this. */
export function lruGet(users: readonly BenchUser[]): (user: BenchUser) => Found {
  const cache = filledLru(users)
  return ({ id }) => cache.get(id)
}

const asyncLruGet: MemoryCache = {
  name: 'async function around lru-cache get',
  open(users) {
    const cache = filledLru(users)
    return async ({ id }) => {
      const kept = cache.get(id)
      return kept && kept.expiresAt > Date.now() ? kept : undefined
    }
  },
}

const lruFetch: MemoryCache = {
  name: 'lru-cache fetch',
  open(users) {
    const fetchMethod = async (id: string): Promise<KeptToken> => tokenOf({ id })
    const cache = new LRUCache<string, KeptToken>({ max: users.length, ttl: HOUR, fetchMethod })
    return ({ id }) => cache.fetch(id)
  },
}

const asyncCacheDedupe: MemoryCache = {
  name: 'async-cache-dedupe',
  open(users) {
    const storage = { type: 'memory', options: { size: users.length } } as const
    const cache = createDedupe({ ttl: HOUR / 1000, storage }).define('token', async (id: string) => tokenOf({ id }))
    return ({ id }) => cache.token(id)
  },
}

const octokit: MemoryCache = {
  name: '@octokit/auth-app',
  open(users) {
    const cache = new LRUCache<string, string>({ max: users.length })
    const auth = createAppAuth({
      appId: 1,
      cache: { get: (key: string) => cache.get(key) ?? '', set: (key: string, value: string) => cache.set(key, value) },
      createJwt: async () => ({ jwt: 'signed', expiresAt: new Date(Date.now() + HOUR).toISOString() }),
      request: request.defaults({ request: { fetch: installationToken } }),
    })
    return ({ id }) => auth({ type: 'installation', installationId: installationOf(id) })
  },
}

const cacheManager: MemoryCache = {
  name: 'cache-manager',
  open() {
    const cache = createCacheManager({ ttl: HOUR })
    return ({ id }) => cache.wrap(id, async () => tokenOf({ id }))
  },
}

const cacheable: MemoryCache = {
  name: 'cacheable',
  open() {
    const cache = new Cacheable({ ttl: HOUR })
    return ({ id }) => cache.getOrSet(id, async () => tokenOf({ id }))
  },
}

const bentocache: MemoryCache = {
  name: 'bentocache',
  open(users) {
    const layer = memoryDriver({ maxItems: users.length, serialize: false })
    const bento = new BentoCache({ default: 'tokens', stores: { tokens: bentostore().useL1Layer(layer) } })
    return ({ id }) => bento.getOrSet({ key: id, ttl: HOUR, factory: async () => tokenOf({ id }) })
  },
}

export const MEMORY_CACHES: readonly MemoryCache[] = [
  asyncLruGet,
  lruFetch,
  asyncCacheDedupe,
  octokit,
  cacheManager,
  cacheable,
  bentocache,
]

function filledLru(users: readonly BenchUser[]): LRUCache<string, KeptToken> {
  const cache = new LRUCache<string, KeptToken>({ max: users.length })
  for (const user of users) cache.set(user.id, tokenOf(user))
  return cache
}

/** Installations have numbers where users have ids. */
function installationOf(id: string): number {
  return Number(id.slice(-7)) + 1
}

/** What GitHub answers, without asking it. */
async function installationToken(url: string): Promise<Response> {
  const { token, expiresAt } = tokenOf({ id: /installations\/(\d+)\//.exec(url)?.[1] ?? '' })
  return Response.json({ token, expires_at: new Date(expiresAt).toISOString(), permissions: {} }, { status: 201 })
}
