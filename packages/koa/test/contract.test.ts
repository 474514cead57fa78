import { imkitChat } from '@imkit-auth/koa'
import { bindingMatrix, listening } from '@imkit-auth/testkit'
import { Router } from '@koa/router'
import Koa from 'koa'
import session from 'koa-session'

bindingMatrix(async (tokens, own) => {
  const app = new Koa()
  const router = new Router()
  const sessions = new Map<string, unknown>()
  const chat = imkitChat(tokens, { identify: (ctx) => ctx.session?.user })
  app.keys = ['test']
  app.use(
    session(
      {
        store: {
          get: async (key) => sessions.get(key),
          set: async (key, value) => void sessions.set(key, value),
          destroy: async (key) => void sessions.delete(key),
        },
      },
      app,
    ),
  )
  router.post('/login', async (ctx, next) => {
    let text = ''
    for await (const chunk of ctx.req) text += chunk
    const { username, password } = JSON.parse(text)
    if (password !== 'chat') ctx.throw(401)
    const before = ctx.session?.['own']
    await ctx.session?.regenerate()
    ctx.session = { user: { id: username, nickname: username }, own: own.begin({ id: username }, before) }
    await next()
  })
  router.post('/login', chat.login(), (ctx) => {
    ctx.body = { chat: ctx.state.chat }
  })
  router.post('/logout', chat.logout(), (ctx) => {
    own.end(ctx.session?.['own'])
    ctx.session = null
    ctx.status = 204
  })
  router.post('/chat/token', chat.token())
  app.use(router.routes())
  return listening(app.listen(0, '127.0.0.1'))
})
