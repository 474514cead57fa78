import { setImmediate } from 'node:timers/promises'
import { createChatTokens, issue } from '@imkit-auth/core'
import { LRUCache } from 'lru-cache'
import type { Contender, Contest, Row, Target } from '../contest.js'
import { filledStore, SERVER_URL } from '../filled-store.js'
import { type BenchUser, type KeptToken, tokenOf, userAt } from '../population.js'

const TOKENS = 1_000_000

/** What a token costs that nobody needs at the moment: its text of 300 characters, its user's id, and what is around them. */
export const memory: Row = {
  name: 'memory',
  async *contests(): AsyncGenerator<Contest> {
    yield {
      title: '1,000,000 cached tokens of 300 characters',
      figures: [{ name: 'a token', unit: 'bytes' }],
      contenders: [
        kept('Map of { token, expiresAt }', async () => fill(new Map<string, KeptToken>())),
        kept('lru-cache of { token, expiresAt }', async () => fill(new LRUCache<string, KeptToken>({ max: TOKENS }))),
        kept('imkit-auth, as logins leave them', () => filledStore(everybody(), TOKENS), [
          { of: 'ratio', atMost: 1.25 },
        ]),
        kept('imkit-auth, once all have come back', visited),
      ],
    }
  },
}

function kept(name: string, make: () => Promise<object>, targets: readonly Target[] = []): Contender {
  const held = new Set<object>()
  return {
    name,
    targets,
    async measure() {
      const before = await used()
      held.add(await make())
      const bytes = (await used()) - before
      held.clear()
      return [bytes / TOKENS]
    },
  }
}

/** What is alive in the heap and in the buffers beside it, where lru-cache has its order. */
async function used(): Promise<number> {
  // What has just been finalized is collected next time.
  for (let times = 0; times < 2; times++) {
    globalThis.gc?.()
    await setImmediate()
  }
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

async function visited(): Promise<object> {
  const store = await filledStore(everybody(), TOKENS)
  const tokens = createChatTokens({ serverUrl: SERVER_URL, apiKey: 'key', mode: issue(), store })
  for (const { id } of everybody()) await tokens.current(id)
  return [store, tokens]
}
