import { memoryStore } from '@imkit-auth/core'
import { atomicityContract, budgetContract, lifeCycleContract, storeContract } from '@imkit-auth/core/store-contract'
import { describe, expect, test } from 'vitest'

/** No other process sees it. */
function twice() {
  const store = memoryStore()
  return [store, store] as const
}

describe('memoryStore keeps the store contract', () => {
  storeContract(twice)
  atomicityContract(twice)
  budgetContract(() => memoryStore())
  lifeCycleContract(() => memoryStore({ maxUsers: 10 }))
})

describe('memoryStore', () => {
  const listener = { down() {}, up() {}, warn() {}, alert() {} }
  const key = { session: undefined, ownToken: false }

  test('forgets the least recently seen user beyond maxUsers, and nobody who still matters', async () => {
    const space = memoryStore({ maxUsers: 2 }).open({ server: 'x', namespace: '', now: () => 1_000, listener })
    const { epoch } = await space.read('busy', key)
    const step = { key, epoch, intent: { session: undefined, minted: undefined }, leaseMs: 10_000 }
    await space.acquire('busy', step)
    const left = { session: 's', ownToken: false }
    await space.logout('gone', { key: left, everything: false, claimForMs: 0 })
    for (let i = 0; i < 10; i++) await space.read(`user ${i}`, key)
    expect(await space.acquire('busy', step)).toMatchObject({ kind: 'busy' })
    expect(await space.read('gone', left)).toMatchObject({ loggedOut: true })
  })

  test('never makes an old epoch current again for a user it forgot', async () => {
    const space = memoryStore({ maxUsers: 1 }).open({ server: 'x', namespace: '', now: () => 1_000, listener })
    const epochs = new Set<string>()
    for (let i = 0; i < 5; i++) {
      for (const user of ['amy', 'bob']) {
        const { epoch } = await space.read(user, key)
        await space.profile(user, { nickname: `${i}`, avatarUrl: undefined })
        epochs.add(`${user} ${epoch}`)
      }
    }
    expect(epochs.size).toBe(10)
  })

  test('names maxUsers when it is wrong', () => {
    for (const maxUsers of [0, -1, 1.5, NaN]) expect(() => memoryStore({ maxUsers })).toThrow(/maxUsers/)
  })
})
