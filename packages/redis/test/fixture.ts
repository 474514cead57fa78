import { type ChatTokens, type ChatTokensOptions, createChatTokens, issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { redisStore, type RedisStoreOptions } from '@imkit-auth/redis'
import { type Connected, type Library, LIBRARIES } from './topologies.js'

/** App servers that share a Redis and a chat server, each with a connection of its own. */
export class Fleet {
  readonly emulator: Emulator
  readonly warnings: string[] = []
  readonly #library: Library
  readonly #closing: (() => unknown)[] = []

  private constructor(emulator: Emulator, library: Library) {
    this.emulator = emulator
    this.#library = library
  }

  static async create(library: Library = LIBRARIES['node-redis']): Promise<Fleet> {
    return new Fleet(await startEmulator({ rateLimit: 0 }), library)
  }

  /** An app server that reaches Redis at that address. */
  async server(url: string, store: Partial<RedisStoreOptions> = {}, options: Partial<ChatTokensOptions> = {}) {
    return this.serverOn(await this.#library.standalone(url), store, options)
  }

  serverOn(
    { client, close }: Connected,
    store: Partial<RedisStoreOptions> = {},
    options: Partial<ChatTokensOptions> = {},
  ): ChatTokens {
    const tokens = createChatTokens({
      serverUrl: this.emulator.url,
      apiKey: this.emulator.apiKey,
      mode: issue(),
      store: redisStore({ client, ...store }),
      logger: { warn: (message) => this.warnings.push(message) },
      ...options,
    })
    this.#closing.push(async () => {
      await tokens.close({ withinMs: 0 })
      await close()
    })
    return tokens
  }

  /** Every token of the user that the chat server accepts now. */
  live(userId: string): string[] {
    const client = this.emulator.clients().find(({ _id }) => _id === userId)
    return client?.tokens.map(({ token }) => token) ?? []
  }

  async end(): Promise<void> {
    await Promise.all(this.#closing.map((close) => close()))
    await this.emulator.close()
  }
}

/** What it resolves or rejects with, and how many ms that took. */
export async function timed(work: Promise<unknown>): Promise<{ result: unknown; ms: number }> {
  const started = performance.now()
  const result = await work.catch((error: unknown) => error)
  return { result, ms: performance.now() - started }
}
