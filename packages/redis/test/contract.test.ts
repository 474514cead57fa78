import { randomBytes, randomUUID } from 'node:crypto'
import { atomicityContract, budgetContract, lifeCycleContract, storeContract } from '@imkit-auth/core/store-contract'
import { redisStore } from '@imkit-auth/redis'
import { afterAll, beforeAll, describe } from 'vitest'
import { cluster, type Connected, LIBRARIES, sentinel, standalone, type Topology } from './topologies.js'
import { skipWithout } from './without-redis.js'

type LibraryName = keyof typeof LIBRARIES

const TOPOLOGIES = { standalone, cluster, sentinel }
const EVERY: readonly LibraryName[] = ['node-redis', 'ioredis', 'node-redis 5', 'ioredis 5']
const NEWEST: readonly LibraryName[] = ['node-redis', 'ioredis']

for (const [name, start] of Object.entries(TOPOLOGIES)) {
  const alone = start === standalone
  describe.skipIf(skipWithout(alone ? 'any server' : 'servers of its own'))(`redisStore, ${name}`, () => {
    let topology: Topology
    beforeAll(async () => {
      topology = await start()
    }, 60_000)
    afterAll(() => topology.stop())

    describe.each(alone ? EVERY : NEWEST)('with %s', (library) => {
      let connected: Connected
      beforeAll(async () => {
        connected = await topology.connect(LIBRARIES[library])
      }, 60_000)
      afterAll(() => connected.close())
      const two = (encryptionKeys: readonly Uint8Array[] = []) => {
        // A machine that is busy is not what is tested here.
        const options = { prefix: `test-${randomUUID()}`, encryptionKeys, commandTimeout: 5_000 }
        const open = () => redisStore({ client: connected.client, ...options })
        return [open(), open()] as const
      }
      const store = () => two()[0]

      storeContract(() => two())
      atomicityContract(() => two())
      budgetContract(() => store())
      lifeCycleContract(() => store(), alone ? 150 : 30)
      describe('sealed', () => {
        const key = randomBytes(32)
        storeContract(() => two([key]))
      })
    })
  })
}
