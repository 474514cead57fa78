import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { freePort } from './free-port.js'
import { ProxiedConnection } from './proxied-connection.js'
import { Wire, type WireRecord, WireTap } from './wire.js'

/** The network between clients and a Redis. */
export class RedisProxy {
  readonly port: number
  readonly url: string
  readonly #target: number
  readonly #listener: Server = createServer((client) => this.#connected(client))
  readonly #connections = new Set<ProxiedConnection>()
  readonly #wire = new Wire()
  #held = false

  /** Does not listen: `accept` does. */
  constructor(port: number, target: number) {
    this.port = port
    this.url = `redis://127.0.0.1:${port}`
    this.#target = target
    this.#listener.unref()
  }

  /** From now on connections are accepted and stay open, but nothing comes through, not even that a side has gone. */
  blackHole(): void {
    this.#held = true
    this.swallow()
  }

  /** As a black hole for the connections there are; new ones come through. */
  swallow(): void {
    for (const connection of this.#connections) connection.hold()
  }

  /**
   * Ends the black hole. Everything that was held back arrives late, or, as after most outages, the connections are
   * destroyed and it never does.
   */
  heal({ deliver }: { readonly deliver: boolean }): void {
    this.#held = false
    if (!deliver) return this.#destroyAll()
    for (const connection of this.#connections) connection.deliver()
  }

  /** Ends what is connected and refuses what would connect. */
  async refuse(): Promise<void> {
    this.#destroyAll()
    if (!this.#listener.listening) return
    const closed = once(this.#listener, 'close')
    this.#listener.close()
    await closed
  }

  async accept(): Promise<void> {
    if (this.#listener.listening) return
    await once(this.#listener.listen(this.port, '127.0.0.1'), 'listening')
  }

  record(): WireRecord {
    return this.#wire.record()
  }

  async stop(): Promise<void> {
    await this.refuse()
  }

  #connected(client: Socket): void {
    const tap = new WireTap(this.#wire)
    const connection = new ProxiedConnection(client, { port: this.#target, tap, held: this.#held })
    this.#connections.add(connection)
    client.on('close', () => !this.#held && this.#connections.delete(connection))
  }

  #destroyAll(): void {
    for (const connection of this.#connections) connection.destroy()
    this.#connections.clear()
  }
}

/** Puts a network that tests can break in front of a Redis. */
export async function startProxy(target: { readonly port: number }): Promise<RedisProxy> {
  const proxy = new RedisProxy(await freePort(), target.port)
  await proxy.accept()
  return proxy
}
