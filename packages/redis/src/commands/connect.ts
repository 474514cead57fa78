import { lastErrorOf } from './last-error.js'
import { IoRedis, type IoRedisClient } from './ioredis.js'
import { nodeRedis, type NodeRedisClient } from './node-redis.js'
import type { Command, RedisCommands, Subscription } from './redis-commands.js'

/** A client of `redis` or of `ioredis`. */
export type RedisClient = NodeRedisClient | IoRedisClient

/** The store's commands on a client that the app has. */
export function commandsOf(client: unknown): RedisCommands {
  if (typeof client === 'object' && client !== null) {
    if ('sendCommand' in client && 'isOpen' in client) return nodeRedis(client as NodeRedisClient)
    if ('pipeline' in client && 'status' in client) return new IoRedis(client as IoRedisClient)
  }
  throw new TypeError('client must be a client of the package redis (5 or newer) or ioredis (5.4 or newer)')
}

/** How long a new connection may take, in ms. */
const CONNECT_TIMEOUT = 2_000

/** Connects with whichever client is installed. It reconnects by itself, and keeps no queue while it is not connected. */
export function connect(url: string): RedisCommands {
  return new Renewable(withInstalled(url))
}

interface Connection {
  readonly commands: RedisCommands
  readonly close: () => unknown
}

/** Opens connections. Each package is named where it is imported, so that bundlers take it along. */
async function withInstalled(url: string): Promise<() => Connection> {
  const redis = await import('redis').catch(() => undefined)
  if (redis) {
    return () => {
      const client = redis.createClient({ url, disableOfflineQueue: true, socket: { connectTimeout: CONNECT_TIMEOUT } })
      // What goes wrong shows in the steps.
      client.on('error', () => {})
      client.connect().catch(() => {})
      return { commands: nodeRedis(client), close: () => client.isOpen && client.destroy() }
    }
  }
  const ioredis = await import('ioredis').catch(() => undefined)
  if (!ioredis) throw new TypeError('redisStore({ url }) needs a client: npm install redis (or ioredis)')
  return () => {
    const client = new ioredis.Redis(url, { enableOfflineQueue: false, connectTimeout: CONNECT_TIMEOUT })
    client.on('error', () => {})
    return { commands: new IoRedis(client), close: () => client.disconnect() }
  }
}

/** How long a connection that a late command opened stays, in ms. */
const LINGER = 1_000

/**
 * A connection of our own. One that the network has swallowed may never notice it: then another one takes its place. After
 * `close()` a command still opens one, for a moment: a logout may come late.
 */
class Renewable implements RedisCommands {
  readonly isCluster = false
  readonly isOpen = true
  loading: Promise<unknown> | undefined
  #open: (() => Connection) | undefined
  #connection: Connection | undefined
  #closed = false
  #closing: NodeJS.Timeout | undefined

  constructor(opener: Promise<() => Connection>) {
    this.loading = this.#load(opener)
    // Those who wait for it hear of it.
    this.loading.catch(() => {})
  }

  async #load(opener: Promise<() => Connection>): Promise<void> {
    this.#open = await opener
    this.loading = undefined
    if (!this.#closed) this.#use()
  }

  get isReady(): boolean {
    return this.#open !== undefined && this.#use().isReady
  }

  get client(): object | undefined {
    return this.#connection?.commands.client
  }

  async send(key: string, commands: readonly Command[]): Promise<readonly unknown[]> {
    return this.#use().send(key, commands)
  }

  subscribe(channel: string, onMessage: (message: string) => void): Subscription {
    return this.#use().subscribe(channel, onMessage)
  }

  renew(): void {
    this.#drop()
    this.#use()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#drop()
  }

  #use(): RedisCommands {
    if (!this.#open) throw new Error('There is no client')
    this.#connection ??= this.#open()
    lastErrorOf(this.client)
    clearTimeout(this.#closing)
    if (this.#closed) this.#closing = setTimeout(() => this.#drop(), LINGER)
    return this.#connection.commands
  }

  #drop(): void {
    this.#connection?.close()
    this.#connection = undefined
  }
}
