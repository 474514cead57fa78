import type { Awaitable, BindingOptions, ChatTokens, ChatTokensOptions, Identified } from '@imkit-auth/core'
import type { ConfigurableModuleOptionsFactory, ExecutionContext } from '@nestjs/common'
import type { ChatRequest } from './chat-request.js'

/** Where the options are injected from: a test may override this provider. */
export const IMKIT_CHAT_OPTIONS: unique symbol = Symbol('IMKIT_CHAT_OPTIONS')

/** How the chat is hooked to the app's logins. `Request` is what `identify` says it takes. */
export interface ImkitChatBindingOptions<Request = ChatRequest> extends Omit<
  BindingOptions<Request>,
  'identify' | 'session'
> {
  /**
   * Who is logged in, as the host app knows it. The one thing an app must supply. After a handler with
   * `@ProvisionChatToken()`, `result` is what the handler returned, for handlers that authenticate inside themselves; at a
   * logout and on the token route it is `undefined`. Give it a type of your own: `(request, result?: LoginResult) => …`.
   */
  identify(request: Request, result?: undefined): Awaitable<Identified>
  /**
   * The host's session id.
   * @default the id of express-session and @fastify/session; a verified token's `sid` or `jti`; a random id in the cookie of
   * cookie-session
   */
  session?(request: Request): string | undefined
  /**
   * The HTTP request behind a call that is none itself, such as GraphQL's:
   * `(context) => GqlExecutionContext.create(context).getContext().req`. Without it, or where it finds none, decorators refuse to
   * work outside of HTTP.
   */
  requestOf?(context: ExecutionContext): object | null | undefined
}

/**
 * What `forRoot` takes: how the chat is hooked to the app, and either the options of `createChatTokens`, whose result
 * the module then closes at shutdown, or `tokens` that the app has created and closes itself.
 */
export type ImkitChatModuleOptions<Request = ChatRequest> = ImkitChatBindingOptions<Request> &
  ((ChatTokensOptions & { readonly tokens?: never }) | { readonly tokens: ChatTokens })

/** What has to be known before anything is injected. `forRootAsync` takes these beside `useFactory`. */
export interface ImkitChatModuleExtras {
  /**
   * Tells several chats of one app apart: letters, digits, `-` and `_`, at most 64. `@ProvisionChatToken(name)`,
   * `@RevokeChatToken(name)`, `@ChatToken(name)` and `@InjectImkitChat(name)` mean this one.
   * @default none, for the one chat that needs no name
   */
  readonly name?: string | undefined
  /** Whether every module can use the decorators and the service without importing this one. @default true */
  readonly isGlobal?: boolean
  /** Where the page fetches and renews its token; `false` for no such route. @default 'chat/token', or 'chat/<name>/token' */
  readonly path?: string | false | undefined
}

/** What a class given as `forRootAsync({ useClass })` implements. */
export type ImkitChatOptionsFactory<Request = ChatRequest> = ConfigurableModuleOptionsFactory<
  ImkitChatModuleOptions<Request>,
  'createImkitChatOptions'
>
