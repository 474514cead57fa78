import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Look, Sinks } from './sinks.js'

/** The parts that undici's diagnostics channels tell of a request. */
interface SentRequest {
  readonly origin: unknown
  readonly method: string
  readonly path: string
  readonly body: unknown
}

interface Sent {
  readonly request: SentRequest
  /** The head of the request, byte by byte. */
  readonly headers: string
}

const SENT = 'undici:client:sendHeaders'

/** Everything that is sent to one chat server: the emulator's own log shortens secrets and could not show a leak. */
export class WireTap {
  readonly #origin: string
  #sent: Sent[] = []

  constructor(chatServer: string) {
    this.#origin = chatServer
    subscribe(SENT, this.#listen)
  }

  readonly #listen = (message: unknown): void => {
    const sent = message as Sent
    if (String(sent.request.origin) === this.#origin) this.#sent.push(sent)
  }

  /** Looks at what was sent since the last time. The key belongs into its header, a token into its own user's body. */
  lookAt(sinks: Sinks, look: Look): void {
    for (const { request, headers } of this.#sent) {
      const [line = '', ...lines] = headers.split('\r\n')
      const others = lines.filter((header) => !header.startsWith('im-api-key: '))
      const body = textOf(request.body)
      const user = addressee(request.path, body)
      sinks.look('request to the chat server, line', `${request.method} ${request.path}\n${line}`, look)
      sinks.look('request to the chat server, headers but im-api-key', others.join('\n'), look)
      sinks.look('request to the chat server, body', body, {
        ...look,
        isAllowed: ({ owner }) => owner !== undefined && owner === user,
      })
      if (others.length !== lines.length - 1) sinks.hit(`a request without exactly one im-api-key, ${look.during}`)
    }
    this.#sent = []
  }

  close(): void {
    unsubscribe(SENT, this.#listen)
  }
}

function textOf(body: unknown): string {
  if (body === null || body === undefined) return ''
  if (typeof body === 'string' || Buffer.isBuffer(body)) return body.toString()
  throw new TypeError('A request has a body that this tap cannot read')
}

/** Whom a request is about. */
function addressee(path: string, body: string): string | undefined {
  const inPath = /\/admin\/clients\/([^/]+)\/token$/.exec(path)?.[1]
  if (inPath !== undefined) return decodeURIComponent(inPath)
  const { _id } = JSON.parse(body) as { _id?: string }
  return _id
}
