import type { Command, RedisCommands, Subscription } from './redis-commands.js'

/** What is used of a client of `ioredis` (5 or 6): `new Redis()`, with or without sentinels, or `new Redis.Cluster()`. */
export interface IoRedisClient {
  readonly status: string
  pipeline(commands?: unknown[][]): unknown
}

type Reply = readonly [error: Error | null, reply: unknown]

interface Client extends IoRedisClient {
  readonly isCluster: boolean
  readonly options?: { readonly scaleReads?: unknown }
  /** The socket, where there is one. */
  readonly stream?: { cork(): void; uncork(): void } | undefined
  call(command: string, ...args: string[]): Promise<unknown>
  pipeline(commands: string[][]): { exec(): Promise<readonly Reply[] | null> }
  duplicate(options: object): Client
  duplicate(startupNodes: never[], options: object): Client
  on(event: 'message', listener: (channel: string, message: string) => void): void
  on(event: 'error', listener: () => void): void
  subscribe(channel: string): Promise<unknown>
  disconnect(): void
}

export class IoRedis implements RedisCommands {
  readonly isCluster: boolean
  readonly client: Client
  #corked: Client['stream']

  constructor(client: IoRedisClient) {
    this.client = client as Client
    this.isCluster = this.client.isCluster
    if ((this.client.options?.scaleReads ?? 'master') !== 'master') {
      throw new TypeError(
        "client reads from replicas, which may not know of a logout yet: give one with scaleReads: 'master'",
      )
    }
  }

  get isReady(): boolean {
    return this.client.status === 'ready'
  }

  get isOpen(): boolean {
    return !['wait', 'end'].includes(this.client.status)
  }

  async send(_key: string, commands: readonly Command[]): Promise<readonly unknown[]> {
    this.#gather()
    const [only, ...more] = commands
    if (only && more.length === 0) {
      const [name = '', ...args] = only
      return [await this.client.call(name, ...args).catch((error: unknown) => error)]
    }
    const replies = await this.client
      .pipeline(commands.map(([name = '', ...args]) => [name.toLowerCase(), ...args]))
      .exec()
    return (replies ?? []).map(([error, reply]) => error ?? reply)
  }

  /** What is sent in one turn of the event loop goes to Redis in one piece: otherwise each command is one read there. */
  #gather(): void {
    const { stream } = this.client
    if (!stream || stream === this.#corked) return
    this.#corked = stream
    stream.cork()
    setImmediate(() => {
      this.#corked = undefined
      stream.uncork()
    })
  }

  subscribe(channel: string, onMessage: (message: string) => void): Subscription {
    // What it sends waits until it is connected.
    const options = { enableOfflineQueue: true }
    const subscriber = this.isCluster ? this.client.duplicate([], options) : this.client.duplicate(options)
    // It reconnects by itself.
    subscriber.on('error', () => {})
    subscriber.on('message', (from, message) => {
      if (from === channel) onMessage(message)
    })
    return { ready: subscriber.subscribe(channel), end: () => subscriber.disconnect() }
  }
}
