import { createChatTokens, issue } from '@imkit-auth/core'
import type { Contender, Contest, Row } from '../contest.js'
import { filledStore, SERVER_URL } from '../filled-store.js'
import { type MemoryCache, MEMORY_CACHES } from '../peers/memory-caches.js'
import { skewed, usersOf } from '../population.js'

const USERS = 100_000
const VISITS = 50_000
const SERVER = { serverUrl: SERVER_URL, apiKey: 'key', mode: issue() } as const

type Cache = MemoryCache & { readonly atMost?: number }

const current: Cache = {
  name: 'imkit-auth current()',
  atMost: 1.8,
  async open(users) {
    const tokens = createChatTokens({ ...SERVER, store: await filledStore(users) })
    return async (visitors) => {
      for (const { id } of visitors) if (!(await tokens.current(id))) throw new Error(`nothing for ${id}`)
    }
  },
}

const provision: Cache = {
  name: 'imkit-auth provision()',
  atMost: 2,
  async open(users) {
    const tokens = createChatTokens({ ...SERVER, store: await filledStore(users) })
    return async (visitors) => {
      for (const user of visitors) if (!(await tokens.provision(user))) throw new Error(`nothing for ${user.id}`)
    }
  },
}

/** A token that is there already: what nearly every request of a page costs. */
export const cached: Row = {
  name: 'cached',
  async *contests(): AsyncGenerator<Contest> {
    const users = usersOf(USERS)
    const visitors = skewed(users, VISITS)
    const contenders: Contender[] = []
    for (const { name, open, atMost } of [...MEMORY_CACHES, current, provision] as readonly Cache[]) {
      const visit = await open(users)
      contenders.push({
        name,
        targets: atMost === undefined ? [] : [{ of: 'ratio', atMost }],
        async measure() {
          const started = performance.now()
          await visit(visitors)
          return [((performance.now() - started) * 1e6) / VISITS]
        },
      })
    }
    yield {
      title: 'A cached token, of 100,000 users of whom few come often',
      figures: [{ name: 'a call', unit: 'ns' }],
      contenders,
    }
  },
}
