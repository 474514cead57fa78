import type { Awaitable, BindingOptions, ChatTokens, ChatTokensOptions, Identified } from '@imkit-auth/core'
import type { ConfigurableModuleOptionsFactory } from '@nestjs/common'
import type { ChatRequest } from './chat-request.js'

/** Where the options are injected from. */
export const IMKIT_CHAT_OPTIONS: unique symbol = Symbol('IMKIT_CHAT_OPTIONS')

/** How the chat is hooked to the app's logins. */
export interface ImkitChatBindingOptions extends Omit<BindingOptions<ChatRequest>, 'identify' | 'session'> {
  /**
   * Who is logged in, as the host app knows it. The one thing an app must supply. After a handler with
   * `@ProvisionChatToken()`, `result` is what the handler returned, for handlers that authenticate inside themselves.
   */
  identify(request: ChatRequest, result?: unknown): Awaitable<Identified>
  /** The host's session id. @default the one of express-session, if the app uses it */
  session?(request: ChatRequest): string | undefined
}

/**
 * What `forRoot` takes: how the chat is hooked to the app, and either the options of `createChatTokens`, whose result
 * the module then closes at shutdown, or `tokens` that the app has created and closes itself.
 */
export type ImkitChatModuleOptions = ImkitChatBindingOptions &
  ((ChatTokensOptions & { readonly tokens?: never }) | { readonly tokens: ChatTokens })

/** What has to be known before anything is injected. `forRootAsync` takes these beside `useFactory`. */
export interface ImkitChatModuleExtras {
  /** Whether every module can use the decorators and the service without importing this one. @default true */
  readonly isGlobal: boolean
  /** Where the page fetches and renews its token; `false` for no such route. @default 'chat/token' */
  readonly path: string | false
}

/** What a class given as `forRootAsync({ useClass })` implements. */
export type ImkitChatOptionsFactory = ConfigurableModuleOptionsFactory<ImkitChatModuleOptions, 'createImkitChatOptions'>
