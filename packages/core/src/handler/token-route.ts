import type { ChatTokens } from '../chat-tokens.js'
import { ChatTokenError } from '../errors.js'
import type { Awaitable } from '../store/awaitable.js'
import type { Identified } from '../user.js'
import { corsHeaders } from './cors.js'
import { httpAnswer } from './http-answer.js'
import { isRecord, jsonBody, type RequestBody, UnusableBody } from './json-body.js'
import { isAllowedOrigin, type OriginRules } from './origin.js'
import { headerOf, type RequestHeaders } from './request-headers.js'

/** The parts of an HTTP request that the token route looks at. */
export interface TokenRequest extends RequestBody {
  readonly method: string
  /** Names in any case. */
  readonly headers: RequestHeaders
  /** Whether it is known to have come over TLS. @default false */
  readonly secure?: boolean | undefined
}

/** What the token route answers, for a binding to send as it is. `body` is JSON, or `undefined` for none. */
export interface TokenResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: object | undefined
}

/** Which pages may ask, and with what. */
export interface TokenRouteRules extends OriginRules {
  /** The headers that pages of listed origins may send; `undefined` for those that they ask for. */
  readonly allowedHeaders: readonly string[] | undefined
}

/** A body is `{}` or `{ invalid: "<token>" }`; nothing it may hold is larger. */
const MAX_BODY_BYTES = 16 * 1024

interface Host {
  readonly identify: () => Awaitable<Identified>
  readonly session: () => string | undefined
  readonly request: unknown
}

/** One contract in every framework: how a page fetches and renews its chat token. */
export class TokenRoute {
  readonly #tokens: ChatTokens
  readonly #rules: TokenRouteRules
  #told = false

  constructor(tokens: ChatTokens, rules: TokenRouteRules) {
    this.#tokens = tokens
    this.#rules = rules
  }

  async respond(request: TokenRequest, host: Host): Promise<TokenResponse> {
    const headers = this.#headers(request.headers)
    const answer = (status: number, body?: object, more: Record<string, string> = {}): TokenResponse => ({
      status,
      headers: { ...headers, ...more },
      body,
    })
    const refuse = (status: number, error: string, message: string, more?: Record<string, string>) =>
      answer(status, { error, message }, more)

    if (!isAllowedOrigin(request, this.#rules)) {
      return refuse(403, 'FOREIGN_ORIGIN', 'Pages of this origin may not fetch chat tokens.')
    }
    if (request.method === 'OPTIONS') return answer(204, undefined, { allow: 'POST, OPTIONS' })
    if (request.method !== 'POST') return refuse(405, 'USE_POST', 'Use POST.', { allow: 'POST, OPTIONS' })
    const body = await jsonBody(request, MAX_BODY_BYTES)
    if (body instanceof UnusableBody) return refuse(body.status, 'INVALID_BODY', body.message)
    const invalid = isRecord(body) ? body['invalid'] : null
    if (invalid !== undefined && typeof invalid !== 'string') {
      return refuse(400, 'INVALID_BODY', 'The body must be {} or { "invalid": "<the token that was refused>" }.')
    }
    try {
      const user = await host.identify()
      if (!user) return refuse(401, 'NOT_LOGGED_IN', 'Log in first.')
      const session = host.session()
      if (invalid) await this.#tokens.reportInvalid(user.id, invalid, { session })
      const credentials = await this.#tokens.provision(user, { session, request: host.request })
      if (credentials.token === invalid) throw refusedForGood()
      return answer(200, credentials)
    } catch (error) {
      // What the host's own code throws is the host's to answer.
      if (!(error instanceof ChatTokenError)) throw error
      if (error.code === 'LOGGED_OUT') this.#warnOfLoginsWithoutChat()
      const { status, headers: more, body: told } = httpAnswer(error)
      return answer(status, told, more)
    }
  }

  /** Seen from here, a late page of a logout looks like a page of a login that the chat was not told of. */
  #warnOfLoginsWithoutChat(): void {
    if (this.#told) return
    this.#told = true
    this.#tokens.warn(
      'a page got no chat token, because its session has logged out, although the app says that it is logged in. If its user has logged in again since, a login path (sign-up, OIDC callback, remember-me) lacks chat.login(): add it there.',
    )
  }

  #headers(asked: RequestHeaders): Record<string, string> {
    const headers = { 'cache-control': 'no-store', vary: 'Cookie, Origin, Sec-Fetch-Site' }
    const origin = headerOf(asked, 'origin')
    if (origin === undefined || !this.#rules.origins.has(origin)) return headers
    return { ...headers, ...corsHeaders(origin, asked, this.#rules.allowedHeaders) }
  }
}

/** The app's own token is refused by the chat server, and only a new login gives another. */
function refusedForGood(): ChatTokenError {
  return new ChatTokenError('LOGGED_OUT', 'The chat server refuses the token of this session. Log in again.')
}
