import { setTimeout as sleep } from 'node:timers/promises'
import { cpuTime } from '../cpu-time.js'
import { inLanes } from '../lanes.js'
import type { BenchUser } from '../population.js'
import type { RedisApp } from '../redis-app/redis-app.js'
import type { Cost, Operation, Work } from './messages.js'
import type { RedisCpu } from './redis-cpu.js'

/** How many users come back: so few that a process remembers all of them, or so many that it does not. */
const USERS = { hit: 500, 'hit among many': 2_000 }
const LANES = 16
/** What an operation leaves to be done is done by then, in ms. */
const SETTLE = 10

export interface StoreApps {
  readonly plain: RedisApp
  readonly sealed: RedisApp
  /** Another app server beside `plain`: it has seen users whom that has not. */
  readonly neighbour: RedisApp
  readonly redisCpu: RedisCpu
}

/** Does what a store is measured by, and checks that it was done. */
export class StoreWork {
  readonly #apps: StoreApps
  readonly #visitors = new Map<string, Visitors>()

  constructor(apps: StoreApps) {
    this.#apps = apps
  }

  async measure({ operation, sealed, count, concurrency }: Work): Promise<Cost> {
    const app = this.#apps[sealed ? 'sealed' : 'plain']
    const users = await this.#usersFor(operation, app, count)
    const before = app.tokens.stats()
    const cost = await this.#costOf(() => inLanes(users, concurrency, doing(operation, app)))
    const { hits, obtained } = app.tokens.stats()
    const done = { hits: hits - before.hits, obtained: obtained - before.obtained }
    if (operation.startsWith('hit') && done.hits !== count) throw new Error(`${done.hits} hits instead of ${count}`)
    if (operation === 'cold login' && done.obtained !== count) {
      throw new Error(`${done.obtained} logins instead of ${count}`)
    }
    return cost
  }

  async #usersFor(operation: Operation, app: RedisApp, count: number): Promise<readonly BenchUser[]> {
    if (operation === 'cold login') return app.newUsers(count)
    if (operation === 'logout, seen') return app.loggedIn(count)
    if (operation === 'logout, unseen') return this.#apps.neighbour.loggedIn(count)
    const name = `${operation}, ${app === this.#apps.sealed}`
    const visitors = this.#visitors.get(name) ?? new Visitors(await app.loggedIn(USERS[operation]))
    this.#visitors.set(name, visitors)
    // Others may have been remembered instead since.
    if (operation === 'hit') await inLanes(visitors.next(USERS.hit), LANES, doing(operation, app))
    return visitors.next(count)
  }

  async #costOf(work: () => Promise<number>): Promise<Cost> {
    const { redisCpu } = this.#apps
    await sleep(SETTLE)
    const redisBefore = await redisCpu.used()
    const clientBefore = cpuTime()
    const wall = (await work()) * 1_000
    await sleep(SETTLE)
    const clientCpu = (cpuTime() - clientBefore) * 1_000
    return { wall, redisCpu: (await redisCpu.used()) - redisBefore, clientCpu }
  }
}

/** Users who come one after the other, and then again. */
class Visitors {
  readonly #users: readonly BenchUser[]
  #came = 0

  constructor(users: readonly BenchUser[]) {
    this.#users = users
  }

  next(count: number): BenchUser[] {
    return Array.from({ length: count }, () => this.#users[this.#came++ % this.#users.length] ?? { id: '' })
  }
}

function doing(operation: Operation, { tokens }: RedisApp): (user: BenchUser) => Promise<unknown> {
  if (!operation.startsWith('logout')) return (user) => tokens.provision(user)
  return async ({ id }) => {
    const outcome = await tokens.revoke(id, { waitMs: 10_000 })
    if (outcome !== 'confirmed') throw new Error(`a logout was ${outcome}`)
  }
}
