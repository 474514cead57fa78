import { connect, type Socket } from 'node:net'
import { Gate } from './gate.js'
import type { WireTap } from './wire.js'

/** A client's connection and the one to Redis that belongs to it. */
export class ProxiedConnection {
  readonly #client: Socket
  readonly #server: Socket
  /** Not only bytes wait at it: during an outage nobody learns that the other side has gone. */
  readonly #gate: Gate

  constructor(client: Socket, to: { port: number; tap: WireTap; held: boolean }) {
    this.#client = client
    this.#server = connect({ port: to.port, host: '127.0.0.1', noDelay: true })
    this.#gate = new Gate(!to.held)
    client.setNoDelay(true)
    client.on('data', (bytes) => {
      to.tap.clientSent(bytes)
      this.#gate.pass(() => this.#server.write(bytes))
    })
    this.#server.on('data', (bytes) => {
      this.#gate.pass(() => {
        to.tap.serverSent(bytes)
        client.write(bytes)
      })
    })
    this.#endTogether(client, this.#server)
    this.#endTogether(this.#server, client)
  }

  hold(): void {
    this.#gate.close()
  }

  deliver(): void {
    this.#gate.open()
  }

  destroy(): void {
    this.#client.destroy()
    this.#server.destroy()
  }

  #endTogether(one: Socket, other: Socket): void {
    one.on('error', () => this.#gate.pass(() => other.destroy()))
    one.on('close', () => this.#gate.pass(() => other.end()))
  }
}
