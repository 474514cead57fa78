import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ChatTokens } from '../chat-tokens.js'
import type { ChatCredentials } from '../credentials.js'
import { ChatTokenError } from '../errors.js'
import type { RevokeOutcome } from '../revoker.js'
import type { Awaitable } from '../store/awaitable.js'
import type { ChatUser, Identified, UserId } from '../user.js'
import { type BindingOptions, type BindingSettings, bindingSettings } from './binding-options.js'
import { formerNames, type HostSessions, nameKey, sessionName } from './host-session.js'
import { httpAnswer } from './http-answer.js'
import { copying } from './identified.js'
import { LogoutExchange } from './logout-exchange.js'
import { type TokenRequest, type TokenResponse, TokenRoute } from './token-route.js'

/**
 * Login, logout and token route, free of any framework: a binding translates its requests into these calls. Everything
 * that several bindings must agree on is decided here.
 */
export class ChatHandler<Request> {
  readonly #tokens: ChatTokens
  readonly #settings: BindingSettings<Request>
  readonly #sessions: HostSessions<Request> | undefined
  readonly #route: TokenRoute
  #toldOfNoSession = false

  /** @throws TypeError that names the option, when one is missing or wrong. */
  constructor(tokens: ChatTokens, options: BindingOptions<Request>, sessions?: HostSessions<Request>) {
    // Tokens from the environment are made, and complain, when they are first looked at.
    if (typeof tokens?.provision !== 'function')
      throw new TypeError('The first argument must come from createChatTokens()')
    this.#tokens = tokens
    this.#settings = bindingSettings(options)
    this.#sessions = sessions
    this.#route = new TokenRoute(tokens, this.#settings)
  }

  /**
   * The login effect: credentials for the page, or `null` when no user logged in or the chat is not available. What goes
   * wrong with the chat, or with `identify`, fails a login only with `onUnavailable: 'fail'`. `identify` may be given for a
   * login that knows its user in another way.
   */
  async login(
    request: Request,
    identify?: (request: Request) => Awaitable<Identified>,
  ): Promise<ChatCredentials | null> {
    const { onUnavailable, loginWaitMs: waitMs } = this.#settings
    // The app's own copies already.
    const find = identify ? copying(identify) : this.#settings.identify
    try {
      const identified = await find(request)
      if (!identified) return null
      const formerSessions = this.#formerSessions(request)
      const session = this.#session(request, true)
      if (session === undefined) this.#warnOfNoSession()
      return await this.#tokens.login(identified, { session, formerSessions, request, waitMs })
    } catch (error) {
      if (onUnavailable === 'continue') return this.#goOn(error)
      if (!(error instanceof ChatTokenError)) throw error
      // Express and Koa answer an error with the status and the headers that it carries; its message is for the log.
      const { status, headers } = httpAnswer(error)
      throw Object.assign(error, { status, headers, expose: status < 500 })
    }
  }

  /**
   * The logout effect, in two steps: who logs out is captured now, because the host's own logout forgets it; the
   * returned function ends the chat session, and is to be called with the response's status before it is complete. A
   * logout that the host refused (4xx) is none. Neither ever throws: the host's logout must succeed.
   */
  async logout(request: Request): Promise<(status: number) => Promise<RevokeOutcome | null>> {
    const captured = await this.#capture(request)
    return captured ? (status) => this.#end(captured, status) : async () => null
  }

  /**
   * The logout effect on a response of Node's: who logs out is captured now, and the chat session ends once the host has
   * answered, by the status that is sent, before the last bytes of its answer are. `undefined` when nobody is logged in.
   * Never throws.
   */
  async logoutWith(
    request: Request,
    { req, res, statusOf = (status) => status }: NodeExchange,
  ): Promise<LogoutExchange | undefined> {
    const captured = await this.#capture(request)
    if (!captured) return undefined
    return new LogoutExchange(req, res, {
      finish: (status) => this.#end(captured, statusOf(status)),
      isLoggedIn: () => this.#isLoggedIn(request),
      warn: () =>
        this.#tokens.warn(
          'a logout got no answer within 60 s of its client leaving, and its user is still logged in: no token was revoked.',
        ),
    })
  }

  /** Ends a user's chat session now; for hosts that log out inside their own handler. */
  async revoke(request: Request, user: Pick<ChatUser, 'id'>): Promise<RevokeOutcome> {
    return this.#tokens.revoke(user.id, { session: this.#session(request), waitMs: this.#settings.logoutWaitMs })
  }

  /** The credentials of the logged-in user, obtained when needed; `null` when nobody is logged in. */
  async credentials(request: Request): Promise<ChatCredentials | null> {
    const identified = await this.#settings.identify(request)
    if (!identified) return null
    return this.#tokens.provision(identified, { session: this.#session(request), request })
  }

  /** The token route: `POST {invalid?}` → 200, 401, 403, 429 or 503, and the CORS preflight of listed origins. */
  token(request: Request, http: TokenRequest): Promise<TokenResponse> {
    return this.#route.respond(http, {
      identify: () => this.#settings.identify(request),
      session: () => this.#session(request),
      request,
    })
  }

  async #capture(request: Request): Promise<Captured | undefined> {
    try {
      const identified = await this.#settings.identify(request)
      return identified ? { id: identified.id, session: this.#sessionOrNone(request) } : undefined
    } catch (error) {
      this.#tokens.warn(`identify threw at a logout (${nameOf(error)}), whose token works until it expires.`)
      return undefined
    }
  }

  /** Who cannot be asked counts as logged in: a logout that was none would keep the session from its tokens. */
  async #isLoggedIn(request: Request): Promise<boolean> {
    try {
      return Boolean(await this.#settings.identify(request))
    } catch {
      return true
    }
  }

  /** Without a session the user is logged out all the same. */
  #sessionOrNone(request: Request): string | undefined {
    try {
      return this.#session(request)
    } catch (error) {
      this.#tokens.warn(`session threw at a logout (${nameOf(error)}): a page of that session may still get a token.`)
      return undefined
    }
  }

  async #end({ id, session }: Captured, status: number): Promise<RevokeOutcome | null> {
    if (status >= 400 && status < 500) return null
    return this.#tokens.revoke(id, { session, waitMs: this.#settings.logoutWaitMs }).catch(() => null)
  }

  #formerSessions(request: Request): readonly string[] {
    if (!this.#sessions || this.#tokens.scope === 'user') return []
    return formerNames(this.#sessions.cookies(request), this.#sessions.places(request), nameKey(this.#tokens))
  }

  #warnOfNoSession(): void {
    if (this.#toldOfNoSession) return
    this.#toldOfNoSession = true
    this.#tokens.warn(
      'a login has no session name, so its cookie or token still gets chat tokens after the logout. Give session, such as (req) => req.auth?.sid ?? req.auth?.jti, or put a random id into the cookie at login.',
    )
  }

  /** What is wrong with the chat itself has an event and an alert of its own. */
  #goOn(error: unknown): null {
    if (!(error instanceof ChatTokenError)) {
      this.#tokens.warn(`a login goes on without chat: identify or session threw (${nameOf(error)}).`)
    }
    return null
  }

  /** The app's own idea of a session counts, and only where it has none the framework's. */
  #session(request: Request, atLogin = false): string | undefined {
    const { session: own } = this.#settings
    const session: unknown = own ? own(request) : this.#sessionOfHost(request, atLogin)
    if (typeof session === 'number' || typeof session === 'bigint') return String(session)
    return typeof session === 'string' && session !== '' ? session : undefined
  }

  #sessionOfHost(request: Request, atLogin: boolean): string | undefined {
    return this.#sessions && sessionName(this.#sessions.places(request), nameKey(this.#tokens), atLogin)
  }
}

/** Who logs out, as it was before the host's own logout. */
interface Captured {
  readonly id: UserId
  readonly session: string | undefined
}

interface NodeExchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** The status that counts, where the one that is sent says something else. */
  readonly statusOf?: (status: number) => number
}

/** What the host throws may hold anything: only its class is told. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
