import type { ChatTokens } from '../chat-tokens.js'
import type { RevokeOutcome } from '../revoker.js'
import type { ChatCredentials } from '../credentials.js'
import { ChatTokenError } from '../errors.js'
import type { Awaitable } from '../store/awaitable.js'
import type { ChatUser, Identified } from '../user.js'
import { httpAnswer } from './http-answer.js'
import { originSet } from './origin.js'
import { type TokenRequest, type TokenResponse, TokenRoute } from './token-route.js'

/** What every binding takes. */
export interface BindingOptions<Request> {
  /** Who is logged in, as the host app knows it. The one thing an app must supply. */
  readonly identify: (request: Request) => Awaitable<Identified>
  /** The host's session id. @default the framework's own, where one exists */
  readonly session?: (request: Request) => string | undefined
  /** Other origins whose pages may fetch tokens (with CORS and cookies), such as `https://app.example.com`. @default [] */
  readonly origins?: readonly string[]
  /**
   * What a login does when no chat token can be had: `'continue'` without one (the page fetches it later), or `'fail'`
   * with an error that answers 503.
   * @default 'continue'
   */
  readonly onUnavailable?: 'continue' | 'fail'
}

/**
 * Login, logout and token route, free of any framework: a binding translates its requests into these calls. Everything
 * that several bindings must agree on is decided here.
 */
export class ChatHandler<Request> {
  readonly #tokens: ChatTokens
  readonly #options: BindingOptions<Request>
  readonly #route: TokenRoute

  /** @throws TypeError that names the option, when one is missing or wrong. */
  constructor(tokens: ChatTokens, options: BindingOptions<Request>) {
    if (typeof tokens?.provision !== 'function')
      throw new TypeError('The first argument must come from createChatTokens()')
    if (typeof options?.identify !== 'function') {
      throw new TypeError('identify must be a function that returns the logged-in user, such as (req) => req.user')
    }
    const { onUnavailable = 'continue' } = options
    if (onUnavailable !== 'continue' && onUnavailable !== 'fail') {
      throw new TypeError("onUnavailable must be 'continue' or 'fail'")
    }
    this.#tokens = tokens
    this.#options = options
    this.#route = new TokenRoute(tokens, originSet(options.origins))
  }

  /** The login effect: credentials for the page, or `null` when nobody logged in or the chat is not available. */
  async login(request: Request, user?: ChatUser): Promise<ChatCredentials | null> {
    const identified = user ?? (await this.#options.identify(request))
    if (!identified) return null
    try {
      return await this.#tokens.provision(identified, { session: this.#session(request), request })
    } catch (error) {
      if (!(error instanceof ChatTokenError) || error.code === 'INVALID_USER') throw error
      // Express and Koa answer an error with the status and the headers that it carries.
      if (this.#options.onUnavailable === 'fail') throw Object.assign(error, httpAnswer(error))
      return null
    }
  }

  /**
   * The logout effect, in two steps: who logs out is captured now, because the host's own logout forgets it; the
   * returned function ends the chat session, and is to be called with the response's status before it is complete. A
   * logout that the host refused (4xx) is none. Never throws: the host's logout must succeed.
   */
  async logout(request: Request): Promise<(status: number) => Promise<RevokeOutcome | null>> {
    const identified = await this.#options.identify(request)
    if (!identified) return async () => null
    const session = this.#session(request)
    return async (status) => {
      if (status >= 400 && status < 500) return null
      return this.#tokens.revoke(identified.id, { session }).catch(() => null)
    }
  }

  /** Ends a user's chat session now; for hosts that log out inside their own handler. */
  revoke(request: Request, user: Pick<ChatUser, 'id'>): Promise<RevokeOutcome> {
    return this.#tokens.revoke(user.id, { session: this.#session(request) })
  }

  /** The credentials of the logged-in user, obtained when needed; `null` when nobody is logged in. */
  async credentials(request: Request): Promise<ChatCredentials | null> {
    const identified = await this.#options.identify(request)
    if (!identified) return null
    return this.#tokens.provision(identified, { session: this.#session(request), resume: true, request })
  }

  /** The token route: `POST {invalid?}` → 200, 401, 403, 429 or 503, and the CORS preflight of listed origins. */
  token(request: Request, http: TokenRequest): Promise<TokenResponse> {
    return this.#route.respond(http, {
      identify: () => this.#options.identify(request),
      session: () => this.#session(request),
      request,
    })
  }

  #session(request: Request): string | undefined {
    return this.#options.session?.(request)
  }
}
