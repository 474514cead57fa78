'use strict'

const Koa = require('koa')
const Router = require('koa-router')
const bodyParser = require('koa-bodyparser')
const session = require('koa-session')
const { imkitChat } = require('@imkit-auth/koa')

module.exports = function createApp(tokens) {
  const app = new Koa()
  const router = new Router()
  const chat = imkitChat(tokens, { identify: (ctx) => ctx.session && ctx.session.user })

  app.keys = ['keyboard cat']
  app.use(bodyParser())
  app.use(session(app))

  async function signIn(ctx, next) {
    const { username, password } = ctx.request.body
    if (password !== 'chat') ctx.throw(401)
    ctx.session.user = { id: username, nickname: username }
    await next()
  }

  router.post('/login', signIn, chat.login(), (ctx) => {
    ctx.body = { user: ctx.session.user.id, chat: ctx.state.chat }
  })
  router.post('/logout', chat.logout(), (ctx) => {
    ctx.session = null
    ctx.status = 204
  })
  router.post('/chat/token', chat.token())
  app.use(router.routes())
  return app
}
