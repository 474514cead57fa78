import { createChatTokens, issue } from '@imkit-auth/core'
import { createCache as createDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { Cacheable } from 'cacheable'
import { createCache as createCacheManager } from 'cache-manager'
import { LRUCache } from 'lru-cache'
import { Pool } from 'undici'
import { API_KEY, issueByFetch, issueThrough } from '../issue-call.js'
import type { BenchUser } from '../population.js'

/** How a login gets its token. */
export interface LoginWay {
  readonly name: string
  /** With nothing cached and nothing connected. */
  readonly open: (url: string) => OpenLogin
}

export interface OpenLogin {
  readonly login: (user: BenchUser) => Promise<string>
  readonly close: () => Promise<unknown>
}

const HOUR = 3_600_000

export const pool: LoginWay = throughPool('undici Pool of 50', (ask) => ask)

export const globalFetch: LoginWay = {
  name: 'global fetch, no cache',
  open: (url) => ({ login: ({ id }) => issueByFetch(url, id), close: async () => {} }),
}

/** Caches whose documentation promises that callers at once share one call, in front of the same pool. */
export const SHARING_CACHES: readonly LoginWay[] = [
  throughPool('lru-cache fetch', (ask) => {
    const cache = new LRUCache<string, string>({ max: 100_000, ttl: HOUR, fetchMethod: ask })
    return async (id) => (await cache.fetch(id)) ?? ''
  }),
  throughPool('async-cache-dedupe', (ask) => {
    const storage = { type: 'memory', options: { size: 100_000 } } as const
    const cache = createDedupe({ ttl: HOUR / 1000, storage }).define('token', ask)
    return (id) => cache.token(id)
  }),
  throughPool('cache-manager', (ask) => {
    const cache = createCacheManager({ ttl: HOUR })
    return (id) => cache.wrap(id, () => ask(id))
  }),
  throughPool('cacheable', (ask) => {
    const cache = new Cacheable({ ttl: HOUR })
    return async (id) => (await cache.getOrSet(id, () => ask(id))) ?? ''
  }),
  throughPool('bentocache', (ask) => {
    const layer = memoryDriver({ maxItems: 100_000, serialize: false })
    const cache = new BentoCache({ default: 'tokens', stores: { tokens: bentostore().useL1Layer(layer) } })
    return (id) => cache.getOrSet({ key: id, ttl: HOUR, factory: () => ask(id) })
  }),
]

export const imkitAuth: LoginWay = {
  name: 'imkit-auth provision()',
  open(url) {
    const tokens = createChatTokens({
      serverUrl: url,
      apiKey: API_KEY,
      mode: issue(),
      // More logins come here than IMKIT allows in a minute, and on a busy machine they may take long.
      requestsPerMinute: Infinity,
      deadline: 30_000,
    })
    return { login: async (user) => (await tokens.provision(user)).token, close: () => tokens.close() }
  },
}

type Ask = (id: string) => Promise<string>

function throughPool(name: string, around: (ask: Ask) => Ask): LoginWay {
  return {
    name,
    open(url) {
      const connections = new Pool(url, { connections: 50 })
      const tokenFor = around((id) => issueThrough(connections, id))
      return { login: ({ id }) => tokenFor(id), close: () => connections.close() }
    },
  }
}
