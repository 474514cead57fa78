import { type ChatTokens, createChatTokens, issue } from '@imkit-auth/core'
import { redisStore, type RedisStoreOptions } from '@imkit-auth/redis'
import { SERVER_URL } from '../filled-store.js'
import { inLanes } from '../lanes.js'
import { type BenchUser, newcomers } from '../population.js'
import type { ClientLibrary, Connected } from './client-libraries.js'
import { InstantChatServer } from './instant-chat-server.js'

/** What an app uses of ours: of this checkout, or of another. */
export interface Library {
  readonly createChatTokens: typeof createChatTokens
  readonly issue: typeof issue
  readonly redisStore: typeof redisStore
}

const OURS: Library = { createChatTokens, issue, redisStore }

export interface RedisAppOptions {
  /** @default of this checkout */
  readonly library?: Library
  /** Gives users whom nobody has seen before. @default the first of all, and so on */
  readonly newUsers?: (count: number) => BenchUser[]
  readonly store?: RedisStoreOptions
}

/** An app with one connection to Redis, and a chat server that costs no time. */
export class RedisApp {
  readonly tokens: ChatTokens
  /** Whom nobody has seen before. */
  readonly newUsers: (count: number) => BenchUser[]
  readonly #connection: Connected
  #revoked = 0

  private constructor(connection: Connected, options: RedisAppOptions) {
    const { library = OURS, newUsers = newcomers(), store } = options
    this.#connection = connection
    this.newUsers = newUsers
    this.tokens = library.createChatTokens({
      serverUrl: SERVER_URL,
      apiKey: 'key',
      mode: library.issue(),
      // Five hundred at once on a busy machine are no outage.
      store: library.redisStore({ client: connection.client, commandTimeout: 5_000, ...store }),
      // The budget is asked and never used up: a benchmark logs in more users in a minute than a chat server allows.
      requestsPerMinute: Infinity,
      dispatcher: new InstantChatServer(),
      // This Redis keeps nothing on disk, and need not.
      logger: { warn() {} },
    })
    this.tokens.on('revoked', () => (this.#revoked += 1))
  }

  static async open(client: ClientLibrary, url: string, options: RedisAppOptions = {}): Promise<RedisApp> {
    return new RedisApp(await client.connect(url), options)
  }

  /** New users with a token each. */
  async loggedIn(count: number): Promise<BenchUser[]> {
    const users = this.newUsers(count)
    await inLanes(users, 16, (user) => this.tokens.provision(user))
    return users
  }

  /** Resolves when the chat server has confirmed so many logouts since the last time. */
  async confirmed(count: number): Promise<void> {
    const giveUpAt = performance.now() + 10_000
    while (this.#revoked < count) {
      if (performance.now() > giveUpAt) throw new Error(`of ${count} logouts ${this.#revoked} were confirmed in time`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    this.#revoked -= count
  }

  get(key: string): Promise<string | null> {
    return this.#connection.get(key)
  }

  /** Where the store keeps what it knows about these users. */
  async keysOf(users: readonly BenchUser[]): Promise<string[]> {
    const keys = await this.#connection.keys('*:user:user-*')
    const ids = new Set(users.map(({ id }) => id))
    return keys.filter((key) => ids.has(key.slice(key.lastIndexOf(':') + 1)))
  }

  async close(): Promise<void> {
    await this.tokens.close()
    this.#connection.close()
  }
}
