import {
  type BindingOptions,
  type ChatCredentials,
  ChatHandler,
  type ChatTokens,
  type ChatUser,
  expressSessions,
  middlewareFactory,
  type RevokeOutcome,
} from '@imkit-auth/core'
import type { Request, RequestHandler } from 'express'

declare global {
  // Express's own types are extended through this namespace.
  // oxlint-disable-next-line typescript/no-namespace
  namespace Express {
    interface Request {
      /** Set by `login()` and `provision()`: what the page needs for the chat, or `null` without it. */
      chat?: ChatCredentials | null
    }
  }
}

export type ImkitChatOptions = BindingOptions<Request>

/** Chat login and logout for Express. */
export interface ImkitChat {
  /** After your authentication, before your handler: sets `req.chat`. */
  login(): RequestHandler
  /** Before your logout handler: ends the chat session once your handler has answered, before the answer is sent. */
  logout(): RequestHandler
  /** The route from which the page fetches and renews its token. Works with and without `express.json()`. */
  token(): RequestHandler
  /** For a handler that authenticates inside itself: what `login()` does, for the user it found. */
  provision(req: Request, user: ChatUser): Promise<ChatCredentials | null>
  /** For a handler that logs out inside itself: call it after the host's own logout. */
  revoke(req: Request, user: Pick<ChatUser, 'id'>): Promise<RevokeOutcome>
}

/**
 * Hooks an Express app's login and logout to the chat.
 *
 * @throws TypeError that names the option, when one is missing or wrong.
 * @example
 * const chat = imkitChat(tokens, { identify: (req) => req.user && { id: req.user.id, nickname: req.user.name } })
 * app.post('/login', passport.authenticate('local'), chat.login(), (req, res) => res.json({ chat: req.chat }))
 * app.post('/logout', chat.logout(), (req, res, next) => req.logout((e) => (e ? next(e) : res.sendStatus(204))))
 * app.post('/chat/token', chat.token())
 */
export function imkitChat(tokens: ChatTokens, options: ImkitChatOptions): ImkitChat {
  const handler = new ChatHandler<Request>(tokens, options, expressSessions)
  const login = async (req: Request, identify?: () => ChatUser) => {
    req.chat = await handler.login(req, identify)
    // The answer is going to hold a token.
    if (req.chat && req.res && !req.res.headersSent) req.res.set('cache-control', 'no-store')
    return req.chat
  }
  return {
    provision: (req, user) => login(req, () => user),
    revoke: (req, user) => handler.revoke(req, user),
    login: middlewareFactory('login', () => (req, _res, next) => {
      void login(req).then(() => next(), next)
    }),
    logout: middlewareFactory('logout', () => (req, res, next) => {
      void handler.logoutWith(req, { req, res }).then(() => next(), next)
    }),
    token: middlewareFactory('token', () => (req, res, next) => {
      const { method, headers, body: parsed, secure } = req
      const answered = handler.token(req, { method, headers, secure, body: parsed, stream: req })
      void answered.then(({ status, headers: answer, body }) => res.status(status).set(answer).send(body), next)
    }),
  }
}
