import { imkitChat } from '@imkit-auth/koa'
import { leakContract, listening } from '@imkit-auth/testkit'
import type { StartHuntedApp } from '@imkit-auth/testkit/leaks'
import { Router } from '@koa/router'
import Koa from 'koa'
import session from 'koa-session'
import { text } from 'node:stream/consumers'

const start: StartHuntedApp = async (tokens, { onUnavailable }) => {
  const app = new Koa()
  const router = new Router()
  const sessions = new Map<string, unknown>()
  const store = {
    get: async (key: string) => sessions.get(key),
    set: async (key: string, value: unknown) => void sessions.set(key, value),
    destroy: async (key: string) => void sessions.delete(key),
  }
  const chat = imkitChat(tokens, { identify: (ctx) => ctx.session?.user, onUnavailable })
  app.keys = ['test']
  app.use(session({ store }, app))
  router.post('/login', async (ctx, next) => {
    const { username } = JSON.parse(await text(ctx.req))
    ctx.session = { user: { id: username, nickname: username } }
    await next()
  })
  router.post('/login', chat.login(), (ctx) => {
    ctx.body = { chat: ctx.state.chat }
  })
  router.post('/logout', chat.logout(), (ctx) => {
    ctx.session = null
    ctx.body = { loggedOut: true }
  })
  router.all('/chat/token', chat.token())
  app.use(router.routes())
  return {
    ...(await listening(app.listen(0, '127.0.0.1'))),
    texts: () => ({ 'sessions of the host': JSON.stringify([...sessions]) }),
    objects: { chat },
  }
}

leakContract(start)
