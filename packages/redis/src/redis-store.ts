import { recordStore, type RecordStoreOptions, type TokenStore } from '@imkit-auth/core'
import { commandsOf, connect, type RedisClient } from './commands/connect.js'
import { Keys } from './keys.js'
import { Link } from './link.js'
import { RedisBudget } from './redis-budget.js'
import { RedisDriver } from './redis-driver.js'
import { checkServer } from './server-check.js'

export interface RedisStoreOptions extends Pick<RecordStoreOptions, 'encryptionKeys' | 'lostKeys'> {
  /**
   * The client your app has: of `redis` (5 or 6: `createClient`, `createCluster`, `createSentinel`) or of `ioredis` (5.4 or 6:
   * `Redis`, `Redis.Cluster`). It stays yours to connect and to close.
   */
  readonly client?: RedisClient
  /** Instead of a client: where a single Redis is, such as `redis://user:password@host:6379/0`. Needs `redis` or `ioredis`. */
  readonly url?: string
  /** What every key begins with. @default 'imkit' */
  readonly prefix?: string
  /** How long a command may take, in ms, from 1 to 60,000. What takes longer counts as failed. @default 200 */
  readonly commandTimeout?: number
  /**
   * So many replicas must have a logout for it to count as durable: it waits for them, up to `commandTimeout`, and answers
   * `volatile` when they do not come. 0 trusts the one Redis.
   * @default 0
   */
  readonly waitReplicas?: number
}

/**
 * Keeps tokens in Redis 7 or Valkey, standalone, with Sentinel or as a Cluster: one user's token is obtained once for a
 * whole fleet, a logout is seen by every process at once, and a revocation outlives them all.
 *
 * @throws TypeError that names the option, when one is missing or wrong.
 * @example
 * const client = createClient({ url: process.env.REDIS_URL })
 * await client.connect()
 * const tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), store: redisStore({ client }) })
 */
export function redisStore(options: RedisStoreOptions): TokenStore {
  const { client, url, prefix = 'imkit', encryptionKeys, lostKeys, commandTimeout = 200, waitReplicas = 0 } = options
  if ((client === undefined) === (url === undefined)) throw new TypeError('redisStore needs either a client or a url')
  if (!/^[^{}\s]+$/.test(prefix)) throw new TypeError('prefix must be a text without spaces and braces')
  if (!(commandTimeout >= 1 && commandTimeout <= 60_000)) throw new TypeError('commandTimeout must be 1 to 60,000 ms')
  if (!Number.isSafeInteger(waitReplicas) || waitReplicas < 0) {
    throw new TypeError('waitReplicas must be a whole number, 0 or more')
  }
  const wait = waitReplicas
    ? { replicas: waitReplicas, command: ['WAIT', String(waitReplicas), String(Math.ceil(commandTimeout / 2))] }
    : undefined
  const budgets = new Map<string, RedisBudget>()
  let isChecked = false
  const store = recordStore(
    {
      records(space, listener) {
        const keys = new Keys(prefix, space)
        const [server = ''] = space.split(':')
        const records = new RedisDriver({ link: link, keys, listener, wait, budget: () => budgets.get(server) })
        if (!isChecked) void checkServer(link, keys.outbox(0), (message) => listener.warn(message))
        isChecked = true
        return records
      },
      budget(wanted) {
        const name = encodeURIComponent(wanted.server)
        const budget = budgets.get(name) ?? new RedisBudget(link, { prefix, ...wanted })
        budgets.set(name, budget)
        return budget
      },
      close: () => link.commands.close?.(),
    },
    { encryptionKeys, lostKeys, timeout: commandTimeout },
  )
  // Options are checked before a connection is opened.
  const link = new Link(url === undefined ? commandsOf(client) : connect(url), commandTimeout, prefix)
  return store
}
