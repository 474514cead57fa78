import type { RedisClient } from '@imkit-auth/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'

/** A connection as an app has it, which the store shares. */
export interface Connected {
  readonly client: RedisClient
  readonly get: (key: string) => Promise<string | null>
  readonly keys: (pattern: string) => Promise<string[]>
  readonly close: () => void
}

/** A client library, used as its own documentation begins. */
export interface ClientLibrary {
  readonly name: string
  readonly connect: (url: string) => Promise<Connected>
}

export const CLIENT_LIBRARIES: readonly ClientLibrary[] = [
  {
    name: 'node-redis',
    async connect(url) {
      const client = createClient({ url })
      await client.connect()
      return {
        client,
        get: (key) => client.get(key),
        keys: (pattern) => client.keys(pattern),
        close: () => client.destroy(),
      }
    },
  },
  {
    name: 'ioredis',
    async connect(url) {
      const client = new Redis(url, { lazyConnect: true })
      await client.connect()
      return {
        client,
        get: (key) => client.get(key),
        keys: (pattern) => client.keys(pattern),
        close: () => client.disconnect(),
      }
    },
  },
]
