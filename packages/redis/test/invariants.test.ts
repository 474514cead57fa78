import { randomUUID } from 'node:crypto'
import { lifeCycleContract, storeContract } from '@imkit-auth/core/store-contract'
import { redisStore } from '@imkit-auth/redis'
import { invariantsContract } from '@imkit-auth/testkit'
import { afterAll, beforeAll, describe } from 'vitest'
import { type Connected, LIBRARIES, standalone, type Topology } from './topologies.js'
import { skipWithout } from './without-redis.js'

// What `npm run mutants` expects to notice that a mechanism is gone.
describe.skipIf(skipWithout('any server'))('with redisStore', () => {
  let topology: Topology
  let connected: Connected
  beforeAll(async () => {
    topology = await standalone()
    connected = await topology.connect(LIBRARIES.ioredis)
  })
  afterAll(async () => {
    await connected.close()
    await topology.stop()
  })
  const two = () => {
    const options = { client: connected.client, prefix: `test-${randomUUID()}`, commandTimeout: 5_000 }
    return [redisStore(options), redisStore(options)] as const
  }
  const store = () => two()[0]

  invariantsContract(store)
  storeContract(two)
  lifeCycleContract(store, 300)
})
