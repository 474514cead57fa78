import { budgetContract, lifeCycleContract, storeContract } from '@imkit-auth/core/store-contract'
import { redisStore } from '@imkit-auth/redis'
import { startRedis, type RedisServer } from '@imkit-auth/testkit/redis-servers'
import { afterAll, beforeAll, describe } from 'vitest'
import { createClient } from 'redis'

let server: RedisServer
let client: ReturnType<typeof createClient>
beforeAll(async () => {
  server = await startRedis()
  client = createClient({ url: server.url })
  await client.connect()
})
afterAll(async () => {
  client.destroy()
  await server.stop()
})
let n = 0
describe('standalone', () => {
  storeContract(() => redisStore({ client, prefix: `p${n++}` }))
  budgetContract(() => redisStore({ client, prefix: `p${n++}` }))
  lifeCycleContract(() => redisStore({ client, prefix: `p${n++}` }), 100)
})
