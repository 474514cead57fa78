import { type ChatTokens, createChatTokens, issue } from '@imkit-auth/core'
import type { Contender, Contest, Row, Target } from '../contest.js'
import { filledStore, SERVER_URL } from '../filled-store.js'
import { type Found, lruGet, MEMORY_CACHES } from '../peers/memory-caches.js'
import { type BenchUser, skewed, TOKEN_LENGTH, usersOf } from '../population.js'

const USERS = 100_000
const VISITS = 50_000

/** A token that is there already: what nearly every page costs. */
export const cached: Row = {
  name: 'cached',
  async *contests(): AsyncGenerator<Contest> {
    const users = usersOf(USERS)
    const visitors = skewed(users, VISITS)
    // A store for each: the second would find what the first has just brought into the processor's caches.
    const [forCurrent, forProvision] = [await chatTokens(users), await chatTokens(users)]
    const get = lruGet(users)
    const asynchronous = async (name: string, find: (user: BenchUser) => Promise<Found>, targets = NONE) => {
      await visit(users, find)
      return { name, targets, measure: async () => [perVisit(await visit(visitors, find))] }
    }
    const contenders: Contender[] = [
      { name: 'lru-cache get', measure: () => [perVisit(visitInTurn(visitors, get))] },
      { name: 'lru-cache get, several at a time', measure: () => [perVisit(visitAtOnce(visitors, get))] },
    ]
    for (const { name, open } of MEMORY_CACHES) contenders.push(await asynchronous(name, open(users)))
    contenders.push(
      await asynchronous('imkit-auth current()', ({ id }) => forCurrent.current(id), [{ of: 'ratio', atMost: 1.9 }]),
      await asynchronous('imkit-auth provision()', (user) => forProvision.provision(user), [
        { of: 'ratio', atMost: 2 },
      ]),
    )
    yield {
      title: 'A cached token of one of 100,000 users, a fifth of whom come often',
      figures: [{ name: 'a call', unit: 'ns' }],
      contenders,
    }
  },
}

const NONE: readonly Target[] = []

async function chatTokens(users: readonly BenchUser[]): Promise<ChatTokens> {
  const store = await filledStore(users, USERS)
  return createChatTokens({ serverUrl: SERVER_URL, apiKey: 'key', mode: issue(), store })
}

/** One after the other, each token looked at. Resolves with the time it took, in ms. */
async function visit(visitors: readonly BenchUser[], find: (user: BenchUser) => Promise<Found>): Promise<number> {
  const started = performance.now()
  let length = 0
  for (const user of visitors) length += (await find(user))?.token.length ?? Number.NaN
  return checked(performance.now() - started, length, visitors)
}

/** The same without a hop: the next is looked up when the token of the last has been read, as it is between requests. */
function visitInTurn(visitors: readonly BenchUser[], find: (user: BenchUser) => Found): number {
  const started = performance.now()
  let length = 0
  for (let at = 0; at < visitors.length;) {
    const user = visitors[at]
    const found = (user && find(user)?.token.length) ?? Number.NaN
    length += found
    at += found / TOKEN_LENGTH
  }
  return checked(performance.now() - started, length, visitors)
}

/** In a plain loop, where the processor looks up the next ones while it waits for the memory: what no server can do. */
function visitAtOnce(visitors: readonly BenchUser[], find: (user: BenchUser) => Found): number {
  const started = performance.now()
  let length = 0
  for (const user of visitors) length += find(user)?.token.length ?? Number.NaN
  return checked(performance.now() - started, length, visitors)
}

function checked(ms: number, length: number, visitors: readonly BenchUser[]): number {
  if (length !== visitors.length * TOKEN_LENGTH) throw new Error('not everybody was given their token')
  return ms
}

function perVisit(ms: number): number {
  return (ms * 1e6) / VISITS
}
