import { createRequire } from 'node:module'
import { IoRedis, type IoRedisClient } from './ioredis.js'
import { nodeRedis, type NodeRedisClient } from './node-redis.js'
import type { RedisCommands } from './redis-commands.js'

/** A client of `redis` or of `ioredis`. */
export type RedisClient = NodeRedisClient | IoRedisClient

/** The store's commands on a client that the app has. */
export function commandsOf(client: unknown): RedisCommands {
  if (typeof client === 'object' && client !== null) {
    if ('sendCommand' in client && 'isOpen' in client) return nodeRedis(client as NodeRedisClient)
    if ('pipeline' in client && 'status' in client) return new IoRedis(client as IoRedisClient)
  }
  throw new TypeError('client must be a client of the package redis (5 or newer) or ioredis (5 or newer)')
}

interface Packages {
  redis: {
    createClient(options: object): NodeRedisClient & {
      on(event: 'error', listener: () => void): unknown
      connect(): Promise<unknown>
      destroy(): void
    }
  }
  ioredis: {
    Redis: new (
      url: string,
      options: object,
    ) => IoRedisClient & { on(event: 'error', listener: () => void): unknown; disconnect(): void }
  }
}

/** How long a new connection may take, in ms, and how long one that is silent is believed to be alive. */
const CONNECT_TIMEOUT = 2_000
const PING_INTERVAL = 5_000

/** Connects with whichever client is installed. It reconnects by itself, and keeps no queue while it is not connected. */
export function connect(url: string): RedisCommands {
  const redis = installed('redis')
  if (redis) {
    const client = redis.createClient({
      url,
      disableOfflineQueue: true,
      pingInterval: PING_INTERVAL,
      socket: { connectTimeout: CONNECT_TIMEOUT, socketTimeout: 2 * PING_INTERVAL },
    })
    // What goes wrong shows in the steps.
    client.on('error', () => {})
    client.connect().catch(() => {})
    return closing(nodeRedis(client), () => client.destroy())
  }
  const ioredis = installed('ioredis')
  if (!ioredis) throw new TypeError('redisStore({ url }) needs a client: npm install redis (or ioredis)')
  const client = new ioredis.Redis(url, {
    enableOfflineQueue: false,
    connectTimeout: CONNECT_TIMEOUT,
    socketTimeout: 2 * PING_INTERVAL,
  })
  client.on('error', () => {})
  return closing(new IoRedis(client), () => client.disconnect())
}

function installed<Name extends keyof Packages>(name: Name): Packages[Name] | undefined {
  try {
    return createRequire(import.meta.url)(name) as Packages[Name]
  } catch {
    return undefined
  }
}

function closing(commands: RedisCommands, close: () => void): RedisCommands {
  return Object.assign(commands, { close: async () => close() })
}
