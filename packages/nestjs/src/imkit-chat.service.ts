import {
  type Awaitable,
  type ChatCredentials,
  ChatHandler,
  type ChatTokens,
  type ChatUser,
  createChatTokens,
  expressSessions,
  type Identified,
  type PendingRevocation,
  type RevokeOutcome,
} from '@imkit-auth/core'
import { type ExecutionContext, Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { chatException } from './chat-exception.js'
import type { HostRequest } from './chat-request.js'
import { responseOf } from './fastify-replies.js'
import { IMKIT_CHAT_OPTIONS, type ImkitChatModuleOptions } from './imkit-chat.options.js'
import { type HostResponse, nodeRequest, nodeResponse, setHeaders } from './native-http.js'
import { requestOf } from './request-of.js'

/** A logout that has begun: who logs out is known. */
export interface StartedLogout {
  /** To be called once the handler is done: with the status that it answers, or the error it threw has. Never throws. */
  handled(status: number): Promise<unknown>
}

/**
 * The chat's login and logout as calls, for what a decorator cannot do. The decorators and the token route do their work
 * through these methods: what replaces the service replaces all of it.
 */
@Injectable()
export class ImkitChatService implements OnApplicationShutdown {
  /** The token life cycle itself: events, counters, and calls that have no request. */
  readonly tokens: ChatTokens
  readonly #handler: ChatHandler<HostRequest>
  readonly #options: ImkitChatModuleOptions<HostRequest>
  readonly #host: HttpAdapterHost
  readonly #logger = new Logger('ImkitChat')

  /** @throws TypeError that names the option, when one is missing or wrong. */
  constructor(
    @Inject(IMKIT_CHAT_OPTIONS) options: ImkitChatModuleOptions<HostRequest>,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
  ) {
    if (typeof options !== 'object' || options === null) {
      throw new TypeError('ImkitChatModule needs an options object: forRoot takes it, useFactory returns it')
    }
    const late = ['name', 'path', 'isGlobal'].find((extra) => extra in options)
    if (late !== undefined) {
      throw new TypeError(`${late} must be given to forRootAsync itself, beside useFactory: routes come before options`)
    }
    this.tokens = options.tokens ?? createChatTokens({ logger: this.#logger, ...options })
    this.#handler = new ChatHandler<HostRequest>(this.tokens, options, expressSessions)
    this.#options = options
    this.#host = host
  }

  /**
   * What `@ProvisionChatToken()` does: credentials for the user whom `identify` finds in the request or the handler's
   * `result`; `null` while the chat is not available, `undefined` when nobody has logged in.
   *
   * @throws ServiceUnavailableException with `onUnavailable: 'fail'`, when no token can be had.
   */
  async login(request: HostRequest, result?: unknown): Promise<ChatCredentials | null | undefined> {
    let user: Identified
    try {
      user = await this.identify(request, result)
    } catch (error) {
      return this.#login(request, () => Promise.reject(error))
    }
    return user ? this.provision(request, user) : undefined
  }

  /**
   * What `@RevokeChatToken()` does, called before the handler: who logs out is known from here on. With the `response` of an
   * HTTP request the chat session ends before that answer is complete, by the status that is sent in the end; without it, when
   * `handled` is called. `undefined` when nobody is logged in. Never throws.
   */
  async logout(request: HostRequest, response?: HostResponse): Promise<StartedLogout | undefined> {
    neverStore(response ?? responseOf(request))
    if (response) {
      return this.#handler.logoutWith(request, { req: nodeRequest(request), res: nodeResponse(response) })
    }
    return { handled: await this.#handler.logout(request) }
  }

  /**
   * The credentials of the logged-in user, obtained when needed; `null` when nobody is logged in.
   *
   * @throws UnauthorizedException, ServiceUnavailableException or HttpException (429) when none can be had: their answer has
   * the code, their `cause` is the `ChatTokenError`.
   */
  async credentials(request: HostRequest): Promise<ChatCredentials | null> {
    const response = responseOf(request)
    neverStore(response)
    try {
      return await this.#handler.credentials(request)
    } catch (error) {
      throw chatException(error, response)
    }
  }

  /** Answers the token route: the module's own, or one that an app writes for itself with `path: false`. */
  async token(request: HostRequest, response: HostResponse): Promise<void> {
    const { method = '', headers } = nodeRequest(request)
    const { body, protocol } = request as { body?: unknown; protocol?: string }
    const secure = protocol === 'https'
    const answer = await this.#handler.token(request, { method, headers, secure, body, stream: nodeRequest(request) })
    setHeaders(response, answer.headers)
    this.#host.httpAdapter.reply(response, answer.body, answer.status)
  }

  /**
   * For a handler that authenticates inside itself: what `@ProvisionChatToken()` does, for the user it found.
   *
   * @throws ServiceUnavailableException with `onUnavailable: 'fail'`, when no token can be had.
   */
  provision(request: HostRequest, user: ChatUser): Promise<ChatCredentials | null> {
    return this.#login(request, () => user)
  }

  /** For a handler that logs out inside itself: call it after the host's own logout. */
  revoke(request: HostRequest, user: Pick<ChatUser, 'id'>): Promise<RevokeOutcome> {
    return this.#handler.revoke(request, user)
  }

  /** Who is logged in, as the option says; after a login also from what its handler returned. */
  identify(request: HostRequest, result?: unknown): Awaitable<Identified> {
    return this.#options.identify(request, result as undefined)
  }

  /**
   * The HTTP request behind a handler's call; what `requestOf` of the options finds where the call is none itself.
   *
   * @throws Error that says what to do, when there is none.
   */
  requestOf(context: ExecutionContext): HostRequest {
    return requestOf(context, this.#options)
  }

  /** Nest calls this once the app takes no more requests: logins under way still get their token. */
  async onApplicationShutdown(): Promise<void> {
    // What the app has created is the app's to close.
    if (this.#options.tokens) return
    const { pending } = await this.tokens.close()
    if (pending.length === 0) return
    this.#logger.warn(
      `The chat server has not confirmed these revocations: ${pending.map(described).join(', ')}. ` +
        'With a store that outlives this process they go on elsewhere; otherwise the tokens work until they expire.',
    )
  }

  async #login(request: HostRequest, identify: () => Awaitable<Identified>): Promise<ChatCredentials | null> {
    const response = responseOf(request)
    neverStore(response)
    try {
      const chat = await this.#handler.login(request, identify)
      Object.assign(request, { chat })
      return chat
    } catch (error) {
      throw chatException(error, response)
    }
  }
}

/** The answer is one user's alone, and may hold a token. */
function neverStore(response: HostResponse | undefined): void {
  if (response) setHeaders(response, { 'cache-control': 'no-store' })
}

function described({ userId, digest, attempts }: PendingRevocation): string {
  return `${userId} (${digest === undefined ? 'every token' : `token ${digest}`}, tried ${attempts}×)`
}
