import type { Command, RedisCommands, Subscription } from './redis-commands.js'

/** What is used of a client of `redis` (node-redis 5 or 6): `createClient()`, `createCluster()` or `createSentinel()`. */
export interface NodeRedisClient {
  readonly isOpen: boolean
  sendCommand(...args: never[]): Promise<unknown>
}

type OnMessage = (message: string) => void

interface Client extends NodeRedisClient {
  readonly isReady?: boolean
  sendCommand(...args: unknown[]): Promise<unknown>
  duplicate(): Client & { on(event: 'error', listener: () => void): void; connect(): Promise<unknown> }
  subscribe(channel: string, onMessage: OnMessage): Promise<void>
  unsubscribe(channel: string, onMessage: OnMessage): Promise<void>
  destroy(): void
  /** Only a sentinel has it: everything sent inside goes over one connection. */
  use<T>(run: (client: Client) => Promise<T>): Promise<T>
}

function replies(sent: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  return Promise.all(sent.map((reply) => reply.catch((error: unknown) => error)))
}

abstract class NodeRedis implements RedisCommands {
  abstract readonly isCluster: boolean
  readonly client: Client

  constructor(client: Client) {
    this.client = client
  }

  get isReady(): boolean {
    return this.client.isReady ?? this.client.isOpen
  }

  get isOpen(): boolean {
    return this.client.isOpen
  }

  abstract send(key: string, commands: readonly Command[]): Promise<readonly unknown[]>

  /** Clusters and sentinels open a connection for it by themselves. */
  subscribe(channel: string, onMessage: OnMessage): Subscription {
    const ready = this.client.subscribe(channel, onMessage)
    return { ready, end: () => void this.client.unsubscribe(channel, onMessage).catch(() => {}) }
  }
}

export class StandaloneNodeRedis extends NodeRedis {
  readonly isCluster = false

  async send(_key: string, commands: readonly Command[]): Promise<readonly unknown[]> {
    return replies(commands.map((command) => this.client.sendCommand(command)))
  }

  override subscribe(channel: string, onMessage: OnMessage): Subscription {
    const subscriber = this.client.duplicate()
    // It reconnects by itself.
    subscriber.on('error', () => {})
    const ready = subscriber.connect().then(() => subscriber.subscribe(channel, onMessage))
    return { ready, end: () => subscriber.isOpen && subscriber.destroy() }
  }
}

export class ClusterNodeRedis extends NodeRedis {
  readonly isCluster = true

  async send(key: string, commands: readonly Command[]): Promise<readonly unknown[]> {
    return replies(commands.map((command) => this.client.sendCommand(key, false, command)))
  }
}

export class SentinelNodeRedis extends NodeRedis {
  readonly isCluster = false

  async send(_key: string, commands: readonly Command[]): Promise<readonly unknown[]> {
    const [only, ...more] = commands
    if (only && more.length === 0) return replies([this.client.sendCommand(false, only)])
    return this.client.use((client) => replies(commands.map((command) => client.sendCommand(false, command))))
  }
}

export function nodeRedis(given: NodeRedisClient): RedisCommands {
  const client = given as Client
  if ('idleClients' in client) {
    throw new TypeError('client is a pool; give redisStore one client: it pipelines everything over one connection')
  }
  if ('nodeClient' in client) return new ClusterNodeRedis(client)
  if ('acquire' in client) return new SentinelNodeRedis(client)
  return new StandaloneNodeRedis(client)
}
