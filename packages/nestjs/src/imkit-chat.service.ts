import type { ServerResponse } from 'node:http'
import {
  type Awaitable,
  type ChatCredentials,
  ChatHandler,
  type ChatTokens,
  type ChatUser,
  expressSessions,
  type Identified,
  type RevokeOutcome,
} from '@imkit-auth/core'
import { Inject, Injectable } from '@nestjs/common'
import type { ChatRequest } from './chat-request.js'
import { ChatTokensOwner } from './chat-tokens-owner.js'
import { IMKIT_CHAT_OPTIONS, type ImkitChatModuleOptions } from './imkit-chat.options.js'

/** The chat's login and logout as calls, for what a decorator cannot do. */
@Injectable()
export class ImkitChatService {
  /** The token life cycle itself: events, counters, and calls that have no request. */
  readonly tokens: ChatTokens
  /** What the decorators and the token route call; with it an app can write a token route of its own. */
  readonly handler: ChatHandler<ChatRequest>
  readonly #options: ImkitChatModuleOptions

  /** @throws TypeError that names the option, when one is missing or wrong. */
  constructor(
    @Inject(ChatTokensOwner) owner: ChatTokensOwner,
    @Inject(IMKIT_CHAT_OPTIONS) options: ImkitChatModuleOptions,
  ) {
    this.tokens = owner.tokens
    this.handler = new ChatHandler<ChatRequest>(owner.tokens, options, expressSessions)
    this.#options = options
  }

  /** Who is logged in; after a login also from what its handler returned. */
  identify(request: ChatRequest, result?: unknown): Awaitable<Identified> {
    return this.#options.identify(request, result)
  }

  /** What `@ProvisionChatToken()` does, for the user whom `identify` finds. */
  async login(
    request: ChatRequest,
    identify: (request: ChatRequest) => Awaitable<Identified>,
  ): Promise<ChatCredentials | null> {
    request.chat = await this.handler.login(request, identify)
    // The answer is going to hold a token.
    const { res } = request as { res?: ServerResponse }
    if (request.chat && res && !res.headersSent) res.setHeader('cache-control', 'no-store')
    return request.chat
  }

  /** For a handler that authenticates inside itself: what `@ProvisionChatToken()` does, for the user it found. */
  provision(request: ChatRequest, user: ChatUser): Promise<ChatCredentials | null> {
    return this.login(request, () => user)
  }

  /** For a handler that logs out inside itself: call it after the host's own logout. */
  revoke(request: ChatRequest, user: Pick<ChatUser, 'id'>): Promise<RevokeOutcome> {
    return this.handler.revoke(request, user)
  }

  /**
   * The credentials of the logged-in user, obtained when needed; `null` when nobody is logged in.
   *
   * @throws ChatTokenError when none can be had.
   */
  credentials(request: ChatRequest): Promise<ChatCredentials | null> {
    return this.handler.credentials(request)
  }
}
