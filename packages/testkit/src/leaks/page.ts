import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Canary } from './canary.js'
import type { Look, Sinks } from './sinks.js'

/** What a page sends. */
export interface PageRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Text as it is, null for none, else JSON. */
  readonly body?: unknown
}

/** A browser of one user, which looks at every answer as it comes over the wire. */
export class Page {
  readonly #url: string
  readonly #user: string
  readonly #sinks: Sinks
  readonly #look: Look
  readonly #cookies = new Map<string, string>()

  constructor(url: string, user: string, sinks: Sinks, look: Look) {
    this.#url = url
    this.#user = user
    this.#sinks = sinks
    this.#look = look
  }

  logIn(): Promise<string> {
    return this.send({ path: '/login', body: { username: this.#user, password: 'chat' } })
  }

  logOut(): Promise<string> {
    return this.send({ path: '/logout', body: {} })
  }

  token(body: unknown = {}, more: Partial<PageRequest> = {}): Promise<string> {
    return this.send({ path: '/chat/token', body, ...more })
  }

  /** Sends a request and answers the body. Of all tokens, only the user's own may be in it, and nowhere else. */
  async send({ method = 'POST', path, headers = {}, body }: PageRequest): Promise<string> {
    const content = typeof body === 'string' ? body : body === null ? '' : JSON.stringify(body)
    const sent = request(new URL(path, this.#url), {
      method,
      agent: false,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(content),
        cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; '),
        ...headers,
      },
    })
    sent.end(content)
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve).once('error', reject)
    })
    const answered = await text(answer)
    const cookies = answer.headers['set-cookie'] ?? []
    for (const cookie of cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      this.#cookies.set(name, value)
    }
    const head = `${answer.statusCode} ${answer.statusMessage}\n${answer.rawHeaders.join('\n')}`
    const handsOut = answer.statusCode === 200 && path !== '/logout'
    this.#sinks.look(`${path}, head of the answer`, head, this.#look)
    if (cookies.length > 0) this.#sinks.look(`${path}, cookies`, cookies.join('\n'), this.#look)
    this.#sinks.look(`${path}, ${answer.statusCode === 200 ? 'answer' : 'refusal'}`, answered, {
      ...this.#look,
      isAllowed: ({ owner }: Canary) => handsOut && owner === this.#user,
    })
    // A body that the host's own parser refuses is the host's to answer.
    const isOurs = path === '/chat/token' && (answer.statusCode !== 400 || answered.includes('INVALID_BODY'))
    if (isOurs && answer.headers['cache-control'] !== 'no-store') {
      this.#sinks.hit(`the token route may be cached (${method} ${answer.statusCode}), ${this.#look.during}`)
    }
    return answered
  }
}
