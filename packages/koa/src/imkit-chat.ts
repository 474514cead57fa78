import {
  type BindingOptions,
  type ChatCredentials,
  ChatHandler,
  type ChatTokens,
  type ChatUser,
  type RevokeOutcome,
} from '@imkit-auth/core'
import type { Context, DefaultState, Middleware } from 'koa'

/** What `login()` and `provision()` put into `ctx.state`. */
export interface ImkitChatState extends DefaultState {
  /** What the page needs for the chat, or `null` without it. */
  chat?: ChatCredentials | null
}

export type ImkitChatOptions = BindingOptions<Context>

/** Chat login and logout for Koa. */
export interface ImkitChat {
  /** After your authentication, before your handler: sets `ctx.state.chat`. */
  login(): Middleware<ImkitChatState>
  /** Before your logout handler: ends the chat session once your handler is done, before the answer is sent. */
  logout(): Middleware<ImkitChatState>
  /** The route from which the page fetches and renews its token. Works with and without a body parser. */
  token(): Middleware<ImkitChatState>
  /** For a handler that authenticates inside itself: what `login()` does, for the user it found. */
  provision(ctx: Context, user: ChatUser): Promise<ChatCredentials | null>
  /** For a handler that logs out inside itself: call it after the host's own logout. */
  revoke(ctx: Context, user: Pick<ChatUser, 'id'>): Promise<RevokeOutcome>
}

/**
 * Hooks a Koa app's login and logout to the chat.
 *
 * @throws TypeError that names the option, when one is missing or wrong.
 * @example
 * const chat = imkitChat(tokens, { identify: (ctx) => ctx.session?.user })
 * router.post('/login', authenticate, chat.login(), (ctx) => { ctx.body = { chat: ctx.state.chat } })
 * router.post('/logout', chat.logout(), (ctx) => { ctx.session = null; ctx.status = 204 })
 * router.post('/chat/token', chat.token())
 */
export function imkitChat(tokens: ChatTokens, options: ImkitChatOptions): ImkitChat {
  const handler = new ChatHandler<Context>(tokens, { session: koaSession, ...options })
  return {
    provision: async (ctx, user) => (ctx.state.chat = await handler.login(ctx, user)),
    revoke: (ctx, user) => handler.revoke(ctx, user),
    login: () => async (ctx, next) => {
      ctx.state.chat = await handler.login(ctx)
      await next()
    },
    logout: () => async (ctx, next) => {
      const finish = await handler.logout(ctx)
      try {
        await next()
      } catch (error) {
        await finish(statusOf(error))
        throw error
      }
      // 404 is what Koa starts from: a handler that answers nothing has refused nothing.
      await finish(ctx.status === 404 && !ctx.body ? 204 : ctx.status)
    },
    token: () => async (ctx) => {
      const { method, headers, body: parsed } = ctx.request as typeof ctx.request & { body?: unknown }
      const {
        status,
        headers: answer,
        body,
      } = await handler.token(ctx, { method, headers, body: parsed, stream: ctx.req })
      ctx.status = status
      ctx.set({ ...answer })
      if (body) ctx.body = body
    },
  }
}

/** The status that Koa answers for an error thrown by a handler. */
function statusOf(error: unknown): number {
  const { status } = (error ?? {}) as { status?: unknown }
  return typeof status === 'number' ? status : 500
}

/**
 * The id that koa-session gives a session that lives in a store; one that lives in the cookie has none. After
 * `regenerate()` the session object still tells its old id: the host has to assign `ctx.session` anew.
 */
function koaSession(ctx: Context): string | undefined {
  const { session } = ctx as Context & { session?: { externalKey?: string } | null }
  return session?.externalKey
}
