import type { IncomingMessage, RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { sendAnswer } from './answer.js'
import type { Dialect } from './dialect.js'
import { clientDocument, isoTime } from './documents.js'
import { fieldsOf, parseBody } from './request-body.js'
import type { TokenIssuer } from './token-issuer.js'

/** A request that followed a `redirect` to another server, with all its secrets. */
export interface RedirectedRequest {
  readonly method: string
  /** As sent, with the query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** As sent; empty when there was none. */
  readonly body: string
}

/** The server that faults of kind `redirect` lead to, which should never hear of anybody. */
export interface Decoy {
  readonly handle: RequestListener
  /** What it got, oldest first. */
  requests(): RedirectedRequest[]
  /** Forgets what it got, and what it is getting. */
  forget(): void
}

/** A decoy that says yes to everything, with a token that no chat server knows. */
export function createDecoy(dialect: Dialect, issuer: TokenIssuer, now: () => number): Decoy {
  let seen: RedirectedRequest[] = []

  async function record(
    { method = 'GET', url = '/', headers }: IncomingMessage,
    body: Promise<string>,
  ): Promise<string> {
    const list = seen
    const plain = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')] as const)
    const request = { method, path: url, headers: Object.fromEntries(plain), body: await body }
    list.push(request)
    return request.body
  }

  function plausible(body: string): object {
    const given = fieldsOf(parseBody(body).value)?.get('_id')
    const id = typeof given === 'string' ? given : 'somebody'
    const client = clientDocument({ id, createdAt: now(), updatedAt: now() })
    const { token, expiresAt } = issuer.issue(id, {}, now())
    return { ...client, issueAccessToken: true, token, expirationDate: isoTime(expiresAt) }
  }

  return {
    handle(request, response) {
      record(request, text(request))
        .then((body) => sendAnswer(response, dialect.success(plausible(body)), now()))
        .catch(() => response.destroy())
    },
    requests: () => [...seen],
    forget() {
      seen = []
    },
  }
}
