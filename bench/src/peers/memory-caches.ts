import { createAppAuth } from '@octokit/auth-app'
import { request } from '@octokit/request'
import { createCache as createDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { Cacheable } from 'cacheable'
import { createCache as createCacheManager } from 'cache-manager'
import { LRUCache } from 'lru-cache'
import { type BenchUser, type KeptToken, tokenOf } from '../population.js'

/** These users come, one after the other. */
export type Visit = (visitors: readonly BenchUser[]) => unknown

/** What else an app could keep tokens in, used as its own documentation says. Everybody has one when `open` is done. */
export interface MemoryCache {
  readonly name: string
  readonly open: (users: readonly BenchUser[]) => Promise<Visit>
}

const HOUR = 3_600_000

// Each has a loop of its own, so that each is compiled for itself.

const lruGet: MemoryCache = {
  name: 'lru-cache get',
  async open(users) {
    const cache = await filledLru(users)
    return (visitors) => {
      for (const { id } of visitors) if (!cache.get(id)) throw new Error(`nothing for ${id}`)
    }
  },
}

const asyncLruGet: MemoryCache = {
  name: 'async function around lru-cache get',
  async open(users) {
    const cache = await filledLru(users)
    const tokenFor = async (id: string): Promise<KeptToken | undefined> => {
      const kept = cache.get(id)
      return kept && kept.expiresAt > Date.now() ? kept : undefined
    }
    return async (visitors) => {
      for (const { id } of visitors) if (!(await tokenFor(id))) throw new Error(`nothing for ${id}`)
    }
  },
}

const lruFetch: MemoryCache = {
  name: 'lru-cache fetch',
  async open(users) {
    const cache = new LRUCache<string, KeptToken>({
      max: users.length,
      ttl: HOUR,
      fetchMethod: async (id) => tokenOf({ id }),
    })
    const visit: Visit = async (visitors) => {
      for (const { id } of visitors) if (!(await cache.fetch(id))) throw new Error(`nothing for ${id}`)
    }
    await visit(users)
    return visit
  },
}

const dedupe: MemoryCache = {
  name: 'async-cache-dedupe',
  async open(users) {
    const cache = createDedupe({
      ttl: HOUR / 1000,
      storage: { type: 'memory', options: { size: users.length } },
    }).define('token', async (id: string) => tokenOf({ id }))
    const visit: Visit = async (visitors) => {
      for (const { id } of visitors) if (!(await cache.token(id))) throw new Error(`nothing for ${id}`)
    }
    await visit(users)
    return visit
  },
}

const octokit: MemoryCache = {
  name: '@octokit/auth-app',
  async open(users) {
    const cache = new LRUCache<string, string>({ max: users.length })
    const installations = new Map(users.map(({ id }, at) => [id, at + 1]))
    const auth = createAppAuth({
      appId: 1,
      cache: { get: (key: string) => cache.get(key) ?? '', set: (key: string, value: string) => cache.set(key, value) },
      createJwt: async () => ({ jwt: 'signed', expiresAt: new Date(Date.now() + HOUR).toISOString() }),
      request: request.defaults({ request: { fetch: (url: string) => installationToken(users, url) } }),
    })
    const visit: Visit = async (visitors) => {
      for (const { id } of visitors) {
        const { token } = await auth({ type: 'installation', installationId: installations.get(id) ?? 0 })
        if (!token) throw new Error(`nothing for ${id}`)
      }
    }
    await visit(users)
    return visit
  },
}

const cacheManager: MemoryCache = {
  name: 'cache-manager',
  async open(users) {
    const cache = createCacheManager({ ttl: HOUR })
    const visit: Visit = async (visitors) => {
      for (const { id } of visitors) {
        if (!(await cache.wrap(id, async () => tokenOf({ id })))) throw new Error(`nothing for ${id}`)
      }
    }
    await visit(users)
    return visit
  },
}

const cacheable: MemoryCache = {
  name: 'cacheable',
  async open(users) {
    const cache = new Cacheable({ ttl: HOUR })
    const visit: Visit = async (visitors) => {
      for (const { id } of visitors) {
        if (!(await cache.getOrSet(id, async () => tokenOf({ id })))) throw new Error(`nothing for ${id}`)
      }
    }
    await visit(users)
    return visit
  },
}

const bentocache: MemoryCache = {
  name: 'bentocache',
  async open(users) {
    const layer = memoryDriver({ maxItems: users.length, serialize: false })
    const bento = new BentoCache({ default: 'tokens', stores: { tokens: bentostore().useL1Layer(layer) } })
    const visit: Visit = async (visitors) => {
      for (const { id } of visitors) {
        const kept = await bento.getOrSet({ key: id, ttl: HOUR, factory: async () => tokenOf({ id }) })
        if (!kept) throw new Error(`nothing for ${id}`)
      }
    }
    await visit(users)
    return visit
  },
}

/** The first is what all others are compared to. */
export const MEMORY_CACHES: readonly MemoryCache[] = [
  lruGet,
  asyncLruGet,
  lruFetch,
  dedupe,
  octokit,
  cacheManager,
  cacheable,
  bentocache,
]

async function filledLru(users: readonly BenchUser[]): Promise<LRUCache<string, KeptToken>> {
  const cache = new LRUCache<string, KeptToken>({ max: users.length })
  for (const user of users) cache.set(user.id, tokenOf(user))
  return cache
}

async function installationToken(users: readonly BenchUser[], url: string): Promise<Response> {
  const installation = Number(/installations\/(\d+)\//.exec(url)?.[1])
  const user = users[installation - 1]
  if (!user) return new Response('{}', { status: 404 })
  const { token, expiresAt } = tokenOf(user)
  return Response.json({ token, expires_at: new Date(expiresAt).toISOString(), permissions: {} }, { status: 201 })
}
