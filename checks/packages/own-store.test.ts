// A store that an app has written against the exported port, and how the app proves it. Here it is no more than a layer on
// `memoryStore()`, and asynchronous as a database would be.
import {
  type Acquired,
  type BudgetLimits,
  type Claimed,
  type Denied,
  limitsOf,
  type LiveToken,
  type LoggedOut,
  LONGEST_PAUSE,
  memoryStore,
  type Purpose,
  type RequestBudget,
  type Revocation,
  type SessionKey,
  type StoreListener,
  type TokenSpace,
  type TokenStore,
  type UserState,
} from '@imkit-auth/core'
import { budgetContract, lifeCycleContract, storeContract } from '@imkit-auth/core/store-contract'
import { describe } from 'vitest'

type Step<Name extends keyof TokenSpace> = Parameters<TokenSpace[Name]>[1]
type Answer<Name extends keyof TokenSpace> = Awaited<ReturnType<TokenSpace[Name]>>

class OwnSpace implements TokenSpace {
  readonly #listener: StoreListener
  readonly #space: TokenSpace

  constructor(listener: StoreListener, space: TokenSpace) {
    this.#listener = listener
    this.#space = space
  }

  async read(userId: string, key: SessionKey): Promise<UserState> {
    return this.#space.read(userId, key)
  }
  async admit(userId: string, step: Step<'admit'>): Promise<UserState> {
    return this.#space.admit(userId, step)
  }
  async acquire(userId: string, step: Step<'acquire'>): Promise<Acquired> {
    return this.#space.acquire(userId, step)
  }
  async begin(userId: string, step: Step<'begin'>): Promise<boolean> {
    return this.#space.begin(userId, step)
  }
  async commit(userId: string, step: Step<'commit'>): Promise<Answer<'commit'>> {
    const token: LiveToken = { ...step.token }
    return this.#space.commit(userId, { ...step, token })
  }
  async release(userId: string, step: Step<'release'>): Promise<void> {
    return this.#space.release(userId, step)
  }
  async released(userId: string, withinMs: number): Promise<void> {
    return this.#space.released(userId, withinMs)
  }
  async profile(userId: string, step: Step<'profile'>): Promise<void> {
    return this.#space.profile(userId, step)
  }
  async logout(userId: string, step: Step<'logout'>): Promise<Answer<'logout'>> {
    const done = await this.#space.logout(userId, step)
    return done === 'later' ? done : ({ ...done } satisfies LoggedOut)
  }
  async deny(userId: string, step: Step<'deny'>): Promise<Denied> {
    return this.#space.deny(userId, step)
  }
  async claim(step: { limit: number; visibleForMs: number }): Promise<Claimed> {
    return this.#space.claim(step)
  }
  async settle(revocation: Revocation): Promise<boolean> {
    return this.#space.settle(revocation)
  }
  async retry(revocation: Revocation, step: Step<'retry'>): Promise<void> {
    return this.#space.retry(revocation, step)
  }
  async forget(userId: string): Promise<void> {
    return this.#space.forget(userId)
  }
  async widen(revocation: Revocation): Promise<void> {
    return this.#space.widen(revocation)
  }
  async pending(userId?: string): Promise<readonly Revocation[]> {
    return this.#space.pending(userId)
  }
  async close(): Promise<void> {
    await this.#space.close()
    this.#listener.up()
  }
}

class OwnBudget implements RequestBudget {
  readonly limits: BudgetLimits
  readonly #budget: RequestBudget

  constructor(perMinute: number, budget: RequestBudget) {
    this.limits = limitsOf(perMinute)
    this.#budget = budget
  }

  async take(purpose: Purpose): Promise<number> {
    return this.#budget.take(purpose)
  }
  async pause(ms: number): Promise<void> {
    await this.#budget.pause(Math.min(ms, LONGEST_PAUSE))
  }
}

function ownStore(): TokenStore {
  const memory = memoryStore()
  return {
    open: (options) => new OwnSpace(options.listener, memory.open(options)),
    budget: (options) => new OwnBudget(options.perMinute, memory.budget(options)),
  }
}

describe('a store of an app', () => {
  storeContract(ownStore)
  budgetContract(ownStore)
  lifeCycleContract(ownStore, 20)
})
