// What every store must do, proven of the memory store by vitest, on the runtime that RUNTIME names. CARELESS=1 takes a
// careless store instead, of which the contracts have to complain.
import { memoryStore } from '@imkit-auth/core'
import { budgetContract, lifeCycleContract, storeContract } from '@imkit-auth/core/store-contract'
import { describe, expect, test } from 'vitest'

/** A logout takes its revocations for done, and nobody counts the requests. */
function carelessStore() {
  const memory = memoryStore()
  return {
    open(options) {
      const space = memory.open(options)
      const logout = space.logout.bind(space)
      space.logout = async (userId, step) => {
        const { claimed } = await logout(userId, { ...step, claimForMs: 1_000 })
        for (const revocation of claimed) await space.settle(revocation)
        return { waiting: [], claimed: [] }
      }
      return space
    },
    budget: (options) => memory.budget({ ...options, perMinute: Infinity }),
  }
}

const store = process.env.CARELESS === '1' ? carelessStore : memoryStore

// vitest may start another runtime than the one it was started with.
test('this is the runtime that was asked for', () => expect(process.versions).toHaveProperty(process.env.RUNTIME))

/** No other process sees it. */
const twice = (one) => [one, one]

describe('the memory store', () => {
  storeContract(() => twice(store()))
  budgetContract(() => store())
  lifeCycleContract(() => store(), 300)
})
