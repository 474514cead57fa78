import type { Contender } from '../contest.js'
import { inLanes } from '../lanes.js'
import type { RedisApp } from './redis-app.js'

const CACHED_USERS = 1_000

/** How often each operation is done in a round. */
export interface Counts {
  readonly reads: number
  readonly logins: number
  readonly logouts: number
}

/**
 * A bare `GET` of what the store keeps for a user, and what the library does for one, on the same connection. Figures: µs
 * for each, and how many in a second.
 */
export async function operations(app: RedisApp, concurrency: number, counts: Counts): Promise<Contender[]> {
  const { tokens } = app
  const cached = await app.loggedIn(CACHED_USERS)
  const visitors = repeated(cached, counts.reads)
  const keys = repeated(await app.keysOf(cached), counts.reads)

  async function timed<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<number[]> {
    const ms = await inLanes(items, concurrency, work)
    return [(ms * 1_000) / items.length, (items.length * 1_000) / ms]
  }

  const get: Contender = {
    name: 'bare GET',
    measure: () =>
      timed(keys, async (key) => {
        if (!(await app.get(key))) throw new Error(`nothing at ${key}`)
      }),
  }
  const hit: Contender = {
    name: 'provision() of a cached user',
    async measure() {
      const { hits } = tokens.stats()
      const figures = await timed(visitors, (user) => tokens.provision(user))
      expectAll('hits', counts.reads, tokens.stats().hits - hits)
      return figures
    },
  }
  const cold: Contender = {
    name: 'provision() of a new user',
    async measure() {
      const { obtained } = tokens.stats()
      const figures = await timed(app.newUsers(counts.logins), (user) => tokens.provision(user))
      expectAll('logins', counts.logins, tokens.stats().obtained - obtained)
      return figures
    },
  }
  const logout: Contender = {
    name: 'revoke(), without waiting',
    async measure() {
      const users = await app.loggedIn(counts.logouts)
      // Its confirmation goes on beside the others.
      const figures = await timed(users, ({ id }) => tokens.revoke(id, { waitMs: 0 }))
      await app.confirmed(counts.logouts)
      return figures
    },
  }
  return [get, hit, cold, logout]
}

function repeated<T>(items: readonly T[], times: number): T[] {
  return Array.from({ length: Math.ceil(times / items.length) }, () => items)
    .flat()
    .slice(0, times)
}

function expectAll(what: string, expected: number, got: number): void {
  if (got !== expected) throw new Error(`${got} ${what} instead of ${expected}`)
}
