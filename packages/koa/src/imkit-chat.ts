import {
  type BindingOptions,
  type ChatCredentials,
  ChatHandler,
  type ChatTokens,
  type ChatUser,
  type KnownPlaces,
  middlewareFactory,
  type RevokeOutcome,
  statusOfError,
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
  const handler = new ChatHandler<Context>(tokens, options, { cookies: (ctx) => ctx.headers.cookie, places })
  const login = async (ctx: Context, identify?: () => ChatUser) => {
    const chat = await handler.login(ctx, identify)
    ctx.state.chat = chat
    // The answer is going to hold a token.
    if (chat && !ctx.headerSent) ctx.set('cache-control', 'no-store')
    return chat
  }
  return {
    provision: (ctx, user) => login(ctx, () => user),
    revoke: (ctx, user) => handler.revoke(ctx, user),
    login: middlewareFactory('login', () => async (ctx, next) => {
      await login(ctx)
      await next()
    }),
    logout: middlewareFactory('logout', () => async (ctx, next) => {
      let answersNothing = false
      // 404 is what Koa starts from: a handler that answers nothing has refused nothing.
      const statusOf = (status: number) => (status === 404 && answersNothing ? 204 : status)
      const logout = await handler.logoutWith(ctx, { req: ctx.req, res: ctx.res, statusOf })
      try {
        await next()
      } catch (error) {
        await logout?.handled(statusOfError(error))
        throw error
      }
      answersNothing = ctx.status === 404 && !ctx.body
      await logout?.handled(ctx.status)
    }),
    token: middlewareFactory('token', () => async (ctx) => {
      const { method, headers, secure, body: parsed } = ctx.request as typeof ctx.request & { body?: unknown }
      const answered = await handler.token(ctx, { method, headers, secure, body: parsed, stream: ctx.req })
      ctx.status = answered.status
      ctx.set({ ...answered.headers })
      if (answered.body) ctx.body = answered.body
    }),
  }
}

/** What koa-session, koa-generic-session and koa-jwt add to a context. */
type HostContext = Context & {
  readonly session?: { readonly externalKey?: string } | null
  readonly sessionId?: string
}

/**
 * A session of koa-session without an external key is in its cookie. After `regenerate()` the session object still tells
 * its old id: the host has to assign `ctx.session` anew.
 */
function places(ctx: HostContext): KnownPlaces {
  const { session, sessionId } = ctx
  const stored = session?.externalKey ?? sessionId
  return { stored, inCookie: stored === undefined ? session : undefined, claims: ctx.state.user as unknown }
}
