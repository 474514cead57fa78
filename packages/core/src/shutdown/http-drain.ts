import type { Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { Server as TlsServer } from 'node:tls'

/** A connection on which nothing happens for so long counts as left, in ms. */
const QUIET = 1_000
/** In ms. */
const LOOK_AGAIN = 50
/** In ms. */
const SHORT = 1

/** What is known of an open connection. Times are of the monotonic clock. */
interface Connection {
  quietSince: number
  bytesRead: number
}

/**
 * Ends a server without losing a request. Node's own `close()` destroys idle connections at once: a proxy that sends its
 * next request at that moment answers 502. Here they stay open for a second more, and each answer on them says
 * `Connection: close`, so that the proxy leaves them. To be made before the server has its first connection.
 */
export class HttpDrain {
  readonly #server: Server
  readonly #connections = new Map<Socket, Connection>()
  readonly #underWay = new Set<ServerResponse>()
  #drained: Promise<void> | undefined

  constructor(server: Server) {
    this.#server = server
    server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket) => this.#opened(socket))
    server.prependListener('request', (_request, response) => this.#asked(response))
  }

  /** Takes no more connections, answers what comes on those that are open, and ends them: at the latest in so many ms. */
  drain(withinMs: number): Promise<void> {
    this.#drained ??= this.#drain(withinMs)
    return this.#drained
  }

  async #drain(withinMs: number): Promise<void> {
    const beganAt = performance.now()
    const endAt = beganAt + withinMs
    await this.#nobodyWaits(Math.min(endAt, beganAt + QUIET))
    // Only this: what an HTTP server adds is to destroy its idle connections. It may have been closed before.
    NetServer.prototype.close.call(this.#server, () => {})
    for (const response of this.#underWay) beLast(response)
    while (this.#connections.size > 0) {
      await shortTurn(endAt)
      const now = performance.now()
      for (const [socket, { quietSince }] of this.#look(now)) {
        if (now >= endAt || now - Math.max(quietSince, beganAt) >= QUIET) socket.destroy()
      }
      await sleep(LOOK_AGAIN)
    }
    // Its timers end with it.
    this.#server.close(() => {})
  }

  /**
   * Waits for a turn of the event loop in which nobody was let in. Node.js lets in one connection a turn; to all the others
   * the system has said yes by then, and closing the port resets them, requests and all.
   */
  async #nobodyWaits(endAt: number): Promise<void> {
    let came: boolean
    const comes = () => void (came = true)
    this.#server.on('connection', comes)
    do {
      came = false
      await shortTurn(endAt)
    } while (came && performance.now() < endAt)
    this.#server.off('connection', comes)
  }

  #opened(socket: Socket): void {
    this.#connections.set(socket, { quietSince: performance.now(), bytesRead: socket.bytesRead })
    socket.once('close', () => this.#connections.delete(socket))
  }

  #asked(response: ServerResponse): void {
    this.#underWay.add(response)
    response.once('close', () => this.#underWay.delete(response))
    if (this.#drained) beLast(response)
  }

  /** Notes which connections are busy now. */
  #look(now: number): Map<Socket, Connection> {
    const busy = new Set<unknown>()
    for (const { req } of this.#underWay) busy.add(req.socket)
    for (const [socket, connection] of this.#connections) {
      if (!busy.has(socket) && socket.bytesRead === connection.bytesRead) continue
      connection.quietSince = now
      connection.bytesRead = socket.bytesRead
    }
    return this.#connections
  }
}

/** Resolves behind a turn of the event loop that was too short for anything to have come that is not known yet. */
async function shortTurn(endAt: number): Promise<void> {
  // Of this turn nobody knows when it began.
  await turn()
  for (;;) {
    const from = performance.now()
    await turn()
    const now = performance.now()
    if (now - from <= SHORT || now >= endAt) return
  }
}

/** Otherwise its connection would be kept for a next request that nobody answers. */
function beLast(response: ServerResponse): void {
  if (response.headersSent || response.req.httpVersionMajor >= 2) return
  response.setHeader('Connection', 'close')
}
