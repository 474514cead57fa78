import type { TokenSpace, TokenStore } from '@imkit-auth/core'
import { interceptedStore } from '../intercepted-store.js'
import type { Ledger } from './ledger.js'

/** A store step that has been asked for and not been done. */
export interface StoreStep {
  readonly from: object
  readonly run: () => void
}

type Logout = Parameters<TokenSpace['logout']>

/**
 * The store that the fleet shares. Slow, it does a step only when whoever drives it says so; the steps of a crashed server
 * that have not been done never will be.
 */
export class GatedStore {
  steps: StoreStep[] = []
  readonly #store: TokenStore
  readonly #slow: boolean
  readonly #ledger: Ledger
  readonly #crashed = new WeakSet<object>()

  constructor(store: TokenStore, slow: boolean, ledger: Ledger) {
    this.#store = store
    this.#slow = slow
    this.#ledger = ledger
  }

  /** The store as one app server sees it. */
  of(from: object): TokenStore {
    return interceptedStore(this.#store, (name, run, args) => this.#do(from, name, run, args))
  }

  done(step: StoreStep): void {
    this.steps = this.steps.filter((other) => other !== step)
    step.run()
  }

  crash(from: object): void {
    this.#crashed.add(from)
    this.steps = this.steps.filter((step) => step.from !== from)
  }

  #do(from: object, name: PropertyKey, step: () => unknown, args: readonly unknown[]): unknown {
    if (this.#crashed.has(from)) return new Promise(() => {})
    const act = () => {
      if (name === 'logout') {
        const [user, { key, everything }] = args as Logout
        this.#ledger.loggedOut(user, everything ? undefined : key.session)
      }
      return step()
    }
    // Waiting for a lease is no step.
    if (!this.#slow || name === 'released') return act()
    return new Promise((resolve, reject) => {
      const run = () => void Promise.resolve(act()).then(resolve, reject)
      this.steps.push({ from, run })
    })
  }
}
