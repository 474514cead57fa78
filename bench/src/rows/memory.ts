import { setImmediate } from 'node:timers/promises'
import { createChatTokens, issue, type TokenStore } from '@imkit-auth/core'
import { LRUCache } from 'lru-cache'
import type { Contender, Contest, Row } from '../contest.js'
import { filledStore, SERVER_URL } from '../filled-store.js'
import { type BenchUser, type KeptToken, tokenOf, userAt } from '../population.js'

const TOKENS = 1_000_000

/** What a token costs that nobody needs at the moment: its text of 300 characters, its user's id, and what is around them. */
export const memory: Row = {
  name: 'memory',
  async *contests(): AsyncGenerator<Contest> {
    yield {
      title: '1,000,000 cached tokens of 300 characters',
      warmUp: false,
      figures: [
        { name: 'a token', unit: 'bytes' },
        { name: 'once its user has come back', unit: 'bytes' },
      ],
      contenders: [
        kept('Map of { token, expiresAt }', async () => fill(new Map<string, KeptToken>())),
        kept('lru-cache of { token, expiresAt }', async () => fill(new LRUCache<string, KeptToken>({ max: TOKENS }))),
        {
          ...kept('imkit-auth', () => filledStore(everybody(), TOKENS), comeBack),
          targets: [{ of: 'ratio', atMost: 1.2 }],
        },
      ],
    }
  },
}

/** Others keep nothing more of who comes back. */
function kept<Cache>(name: string, make: () => Promise<Cache>, visit?: (cache: Cache) => Promise<unknown>): Contender {
  const held = new Set<unknown>()
  return {
    name,
    async measure() {
      // What the one before held is still being finalized at first.
      await used()
      const before = await used()
      const cache = await make()
      held.add(cache)
      const made = (await used()) - before
      if (visit) held.add(await visit(cache))
      const visited = visit ? (await used()) - before : made
      held.clear()
      return [made / TOKENS, visited / TOKENS]
    },
  }
}

/** What is alive in the heap and in the buffers beside it, where lru-cache has its order. */
async function used(): Promise<number> {
  globalThis.gc?.()
  await setImmediate()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Each with an id of their own: an app that only caches keeps no other. */
function* everybody(): Generator<BenchUser> {
  for (let at = 0; at < TOKENS; at++) yield userAt(at)
}

function fill<Cache extends { set(id: string, kept: KeptToken): unknown }>(cache: Cache): Cache {
  for (const user of everybody()) cache.set(user.id, tokenOf(user))
  return cache
}

async function comeBack(store: TokenStore): Promise<object> {
  const tokens = createChatTokens({ serverUrl: SERVER_URL, apiKey: 'key', mode: issue(), store })
  for (const { id } of everybody()) await tokens.current(id)
  return tokens
}
