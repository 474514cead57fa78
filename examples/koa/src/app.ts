import { randomBytes } from 'node:crypto'
import type { ChatTokens } from '@imkit-auth/core'
import { imkitChat } from '@imkit-auth/koa'
import { bodyParser } from '@koa/bodyparser'
import { Router } from '@koa/router'
import Koa, { type Middleware } from 'koa'
import session from 'koa-session'

const USERS = [
  { id: 'amy', name: 'Amy' },
  { id: 'bob', name: 'Bob' },
  { id: 'cleo', name: 'Cleo' },
]
/** Everybody's, to keep this short. A real app keeps a hash for each user. */
const PASSWORD = 'chat'

/** An app with a login of its own. What the chat takes are the lines with `chat`. */
export function createApp(tokens: ChatTokens): Koa {
  const app = new Koa()
  const router = new Router()
  const chat = imkitChat(tokens, {
    identify: ({ session: { user } }) => user && { id: user.id, nickname: user.name },
  })
  app.keys = [randomBytes(32).toString('hex')]
  app.use(session({ store: sessionStore(), sameSite: 'lax' }, app))
  app.use(bodyParser())

  router.post('/login', authenticate, chat.login(), (ctx) => {
    ctx.body = { user: ctx.session.user, chat: ctx.state.chat }
  })
  router.post('/logout', chat.logout(), (ctx) => {
    ctx.session = null
    ctx.status = 204
  })
  router.post('/chat/token', chat.token())
  app.use(router.routes()).use(router.allowedMethods())
  return app
}

/** Lets in who knows the password, with a new session id. */
const authenticate: Middleware = async (ctx, next) => {
  const { username, password } = (ctx.request.body ?? {}) as Readonly<Record<'username' | 'password', unknown>>
  const user = USERS.find(({ id }) => id === username)
  if (!user || password !== PASSWORD) return ctx.throw(401, 'Wrong name or password.')
  await ctx['session'].regenerate()
  ctx['session'] = { user }
  return next()
}

/** Sessions with an id, by which a logout also stops requests that are still under way. */
function sessionStore() {
  const sessions = new Map<string, unknown>()
  return {
    get: async (id: string) => sessions.get(id),
    set: async (id: string, data: unknown) => void sessions.set(id, data),
    destroy: async (id: string) => void sessions.delete(id),
  }
}
