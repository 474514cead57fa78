import type { Server, ServerResponse } from 'node:http'
import type { Http2SecureServer, Http2Server, Http2Session } from 'node:http2'
import type { Server as HttpsServer } from 'node:https'
import { Server as NetServer, type Socket } from 'node:net'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { Server as TlsServer } from 'node:tls'

/** A connection on which nothing happens for so long counts as left, in ms. */
const QUIET = 1_000
/** In ms. */
const LOOK_AGAIN = 50
/** In ms. */
const SHORT = 1

/** A server of Node's, of whatever version of HTTP, with or without TLS. */
export type HttpServer = Server | HttpsServer | Http2Server | Http2SecureServer

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
  /** Of HTTP/2, which tells its clients to leave by a frame of its own. */
  readonly #sessions = new Set<{ close(): void }>()
  #drained: Promise<void> | undefined

  constructor(given: HttpServer) {
    // All of them have what is used here.
    const server = given as Server
    this.#server = server
    server.on(given instanceof TlsServer ? 'secureConnection' : 'connection', (socket) => this.#opened(socket))
    server.on('session', (session: Http2Session) => {
      this.#sessions.add(session)
      session.once('close', () => this.#sessions.delete(session))
      if (this.#drained) session.close()
    })
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
    await this.#noneWaits(Math.min(endAt, beganAt + QUIET))
    this.#close()
    for (const response of this.#underWay) beLast(response)
    for (const session of this.#sessions) session.close()
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

  /** Takes no more connections. The server may have been closed before. */
  #close(): void {
    const isNodes: boolean = this.#server instanceof NetServer
    // Only this: what an HTTP server adds is to destroy its idle connections. Bun's knows no other way.
    if (isNodes) NetServer.prototype.close.call(this.#server, () => {})
    else this.#server.close(() => {})
  }

  /**
   * Waits for a turn of the event loop in which no connection came. Node.js accepts one connection a turn; the system has
   * accepted all the others by then, and closing the port resets them, requests and all.
   */
  async #noneWaits(endAt: number): Promise<void> {
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
    const responses = [...this.#underWay]
    const busy = new Set<unknown>(responses.map(({ req }) => req.socket))
    // HTTP/2 does not tell which connection a response is on.
    const allBusy = responses.some(({ req }) => req.httpVersionMajor >= 2)
    for (const [socket, connection] of this.#connections) {
      if (!allBusy && !busy.has(socket) && socket.bytesRead === connection.bytesRead) continue
      connection.quietSince = now
      connection.bytesRead = socket.bytesRead
    }
    return this.#connections
  }
}

/** Resolves behind a turn of the event loop that was too short for anything to have come that is not known yet. */
async function shortTurn(endAt: number): Promise<void> {
  // This turn began at an unknown time.
  await turn()
  for (;;) {
    const from = performance.now()
    await turn()
    const now = performance.now()
    if (now - from <= SHORT || now >= endAt) return
  }
}

/** Otherwise the client would keep the connection for a next request, which gets no answer. */
function beLast(response: ServerResponse): void {
  if (response.headersSent || response.req.httpVersionMajor >= 2) return
  response.setHeader('Connection', 'close')
}
