import { imkitChat } from '@imkit-auth/koa'
import Koa, { type Middleware } from 'koa'
import { addressOf, announce } from './answers.js'
import { greeting, kind, ownCache } from './hello.js'
import { loggedIn, visitorOf } from './hello-users.js'

const tokens = await loggedIn()
const cache = await ownCache(tokens)
const chat = imkitChat(tokens, { identify: (ctx) => visitorOf(ctx.headers) })
const fromOwnCache: Middleware = async (ctx, next) => {
  const user = visitorOf(ctx.headers)
  ctx.state.chat = (user && cache.get(user.id)) ?? null
  await next()
}

const app = new Koa()
app.use(kind === 'binding' ? chat.login() : fromOwnCache)
app.use((ctx) => {
  ctx.body = greeting(ctx.state.chat)
})
const server = app.listen(0, '127.0.0.1', () => announce(addressOf(server)))
