import type { IncomingMessage, ServerResponse } from 'node:http'
import { frozen } from './frozen-answer.js'

type Method = 'writeHead' | 'flushHeaders' | 'write' | 'end' | 'destroy'
type Call = () => unknown

/**
 * Keeps back the last bytes of a response until `effect`, which is told the status, is done. To the host its answer is
 * given all the same: headers can no longer be changed, and what it does to the response afterwards is done in its order,
 * behind the answer. So the bytes are those that this response would have sent anyway.
 *
 * An answer is given where a client takes it for complete: with `end()`, or with the byte that `Content-Length` ends at.
 */
export function holdAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  effect: (status: number) => Promise<unknown>,
): void {
  new HeldAnswer(request, response, effect).wrap()
}

class HeldAnswer {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #effect: (status: number) => Promise<unknown>
  #state: 'open' | 'held' | 'released' = 'open'
  /** What the host has done to the response since its answer was given, that included. */
  readonly #kept: Call[] = []
  #ended = false
  /** Whether the turn of the event loop is over in which the answer was given. */
  #isLate = false
  /** Bytes of the body so far. */
  #written = 0
  #contentLength: number | undefined
  /** Once the headers are fixed: a status that is set later is not sent. */
  #status: number | undefined

  constructor(request: IncomingMessage, response: ServerResponse, effect: (status: number) => Promise<unknown>) {
    this.#request = request
    this.#response = response
    this.#effect = effect
  }

  /** What the host calls comes here first, and then to the response as earlier middleware has made it. */
  wrap(): void {
    this.#wrap('writeHead', (call, args) => {
      this.#contentLength = contentLengthIn(args)
      const result = call()
      this.#status ??= this.#response.statusCode
      return result
    })
    this.#wrap('flushHeaders', (call) => {
      if (this.#state === 'held' || (this.#state === 'open' && this.#hasNoBody)) this.#keep(call)
      else call()
    })
    this.#wrap('write', (call, args) => {
      if (this.#state === 'released' || (this.#state === 'open' && !this.#isCompleteWith(args))) return call()
      this.#keep(call)
      return !this.#ended
    })
    this.#wrap('end', (call, args) => {
      // What Node.js is going to refuse is no answer.
      if (this.#state === 'released' || (this.#state === 'open' && !isSendable(args[0]))) return call()
      this.#ended = true
      this.#keep(call)
      return this.#response
    })
    this.#wrap('destroy', (call, [error]) => {
      this.#behindTheAnswer(this.#inItsTime(call), error)
      return this.#response
    })
  }

  #wrap(name: Method, wrapped: (call: Call, args: readonly unknown[]) => unknown): void {
    const method: unknown = this.#response[name]
    if (typeof method !== 'function') return
    const own = (...args: unknown[]): unknown => wrapped(() => method.apply(this.#response, args) as unknown, args)
    Object.assign(this.#response, { [name]: own })
  }

  #behindTheAnswer(call: Call, error: unknown): void {
    // An error says that the connection is broken already.
    if (this.#state === 'held' && !error) this.#kept.push(call)
    else call()
  }

  #keep(call: Call): void {
    this.#kept.push(this.#inItsTime(call))
    if (this.#state === 'open') void this.#hold()
  }

  /** A response that has ended is complete in the next turn: what is called later, Node.js is to answer as it does then. */
  #inItsTime(call: Call): Call {
    return this.#isLate && this.#ended ? () => this.#response.once('close', call) : call
  }

  async #hold(): Promise<void> {
    this.#state = 'held'
    const status = this.#status ?? this.#response.statusCode
    const thaw = frozen(this.#response, () => this.#ended)
    const letGo = this.#keepOpen(this.#request)
    setImmediate(() => (this.#isLate = true))
    // What the host does in the same turn comes before: its own logout may stand behind its answer.
    await Promise.resolve()
    await this.#effect(status).catch(() => {})
    thaw()
    letGo()
    this.#state = 'released'
    for (const call of this.#kept) this.#attempt(call)
  }

  /** Express destroys the connection of a handler that fails after its answer: that must not take the answer along. */
  #keepOpen({ httpVersionMajor, socket }: IncomingMessage): () => void {
    // Node.js lets no code touch the socket of an HTTP/2 connection.
    if (httpVersionMajor >= 2) return () => {}
    const own = Object.getOwnPropertyDescriptor(socket, 'destroy')
    const destroy = socket.destroy.bind(socket)
    const destroyBehind: typeof destroy = (error) => {
      this.#behindTheAnswer(() => destroy(error), error)
      return socket
    }
    socket.destroy = destroyBehind
    return () => {
      // A pipelined request may have done the same meanwhile.
      if (socket.destroy !== destroyBehind) return
      if (own) Object.defineProperty(socket, 'destroy', own)
      else Reflect.deleteProperty(socket, 'destroy')
    }
  }

  #attempt(call: Call): void {
    try {
      call()
    } catch {
      // Node.js finds an answer unusable that it would have refused before: the client must not wait for it.
      this.#response.destroy()
    }
  }

  get #hasNoBody(): boolean {
    const { statusCode } = this.#response
    return this.#request.method === 'HEAD' || statusCode === 204 || statusCode === 304
  }

  #isCompleteWith([chunk, encoding]: readonly unknown[]): boolean {
    if (!isSendable(chunk)) return false
    this.#written += sizeOf(chunk, encoding)
    const contentLength = this.#contentLength ?? Number(this.#response.getHeader('content-length') ?? Number.NaN)
    return this.#hasNoBody || this.#written >= contentLength
  }
}

function isSendable(chunk: unknown): boolean {
  return !chunk || typeof chunk === 'string' || typeof chunk === 'function' || chunk instanceof Uint8Array
}

function sizeOf(chunk: unknown, encoding: unknown): number {
  if (chunk instanceof Uint8Array) return chunk.byteLength
  return typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding as BufferEncoding) : 0
}

/** `writeHead(status, reason?, headers?)` takes headers as an object, or as a list of names and values. */
function contentLengthIn(args: readonly unknown[]): number | undefined {
  const headers = args.find((arg) => typeof arg === 'object' && arg !== null)
  const flat = Array.isArray(headers) ? headers.flat() : Object.entries(headers ?? {}).flat()
  const at = flat.findIndex((name, i) => i % 2 === 0 && String(name).toLowerCase() === 'content-length')
  return at === -1 ? undefined : Number(flat[at + 1])
}
