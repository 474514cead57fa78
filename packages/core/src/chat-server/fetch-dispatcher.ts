import { ChatTokenError } from '../errors.js'
import type { Carried, Carrier, CarriedReply } from './exchange.js'

/**
 * What Bun's `fetch` has to be told beside the standard. It sends a request again when a connection that it kept breaks
 * (PUT and DELETE; older ones POST too): so it keeps none. It unpacks answers. And it asks even a loopback address through
 * the proxy that the environment names, which could read the key; over https a proxy reads nothing, and is fine.
 */
const ofBun = (origin: string) => ({
  keepalive: false,
  decompress: false,
  ...(origin.startsWith('http:') && { proxy: false }),
})

/** undici's names for what Bun says when a request could not be sent. */
const CODES: Readonly<Record<string, string>> = { ConnectionRefused: 'ECONNREFUSED', FailedToOpenSocket: 'ENOTFOUND' }

/** Carries requests by the runtime's own `fetch`: where undici is a stand-in that sends nothing, as in Bun. */
export class FetchDispatcher implements Carrier {
  readonly #connections: number
  #underWay = 0
  readonly #waiting = new Set<() => void>()
  readonly #destroyed = new AbortController()

  /** Each request has a connection of its own; there are no more than `connections` at once. */
  constructor(connections: number) {
    this.#connections = connections
  }

  async request({ origin, method, path, headers, body, signal }: Carried): Promise<CarriedReply> {
    assertAddressed(origin, path)
    const ends = AbortSignal.any([signal, this.#destroyed.signal])
    await this.#turn(ends)
    let content: AsyncIterable<Uint8Array> | null = null
    try {
      const response = await fetch(origin + path, {
        method,
        headers: { ...headers, 'accept-encoding': 'identity' },
        body,
        redirect: 'manual',
        signal: ends,
        ...ofBun(origin),
      })
      content = response.body
      return {
        // The standard hides a redirect's status; so far no server's runtime does.
        statusCode: response.type === 'opaqueredirect' ? 302 : response.status,
        headers: Object.fromEntries(response.headers),
        body: this.#read(content),
      }
    } catch (error) {
      throw Object.assign(new Error('fetch failed'), { code: codeOf(error) })
    } finally {
      if (content === null) this.#done()
    }
  }

  /** Breaks off what is under way. */
  async destroy(): Promise<void> {
    this.#destroyed.abort()
  }

  /** Whoever stops reading early cancels the rest. */
  async *#read(content: AsyncIterable<Uint8Array> | null): AsyncGenerator<Uint8Array, void, undefined> {
    if (content === null) return
    try {
      yield* content
    } finally {
      this.#done()
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#underWay < this.#connections) {
      this.#underWay += 1
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      this.#waiting.add(resolve)
      const giveUp = () => {
        this.#waiting.delete(resolve)
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  /** Hands the turn to whoever has waited longest. */
  #done(): void {
    const [next] = this.#waiting
    if (!next) {
      this.#underWay -= 1
      return
    }
    this.#waiting.delete(next)
    next()
  }
}

/** `fetch` makes of a path what a URL parser does. An id must never turn into a path that addresses somebody else. */
function assertAddressed(origin: string, path: string): void {
  const url = new URL(origin + path)
  if (url.origin === origin && url.pathname + url.search === path) return
  throw new ChatTokenError('INVALID_USER', 'The user id cannot be addressed in a URL path.')
}

function codeOf(error: unknown): string | undefined {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } }
  const found = [code, cause?.code].find((one) => typeof one === 'string')
  return typeof found === 'string' ? (CODES[found] ?? found) : undefined
}
