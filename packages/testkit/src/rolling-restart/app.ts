import { promisify } from 'node:util'
import { chatTokensFromEnv, gracefulShutdown } from '@imkit-auth/core'
import { imkitChat } from '@imkit-auth/express'
import { redisStore } from '@imkit-auth/redis'
import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { createClient } from 'redis'

declare module 'express-session' {
  interface SessionData {
    user: { readonly id: string; readonly nickname: string }
  }
}

// One process of an app that is restarted while it is used. Everything is in Redis, so that another can answer instead.

const { PORT, REDIS_URL = '' } = process.env
/** A machine that is busy with tests must not be taken for a Redis that does not answer. */
const COMMAND_TIMEOUT = 2_000

const client = createClient({ url: REDIS_URL })
client.on('error', () => {})
await client.connect()
const tokens = chatTokensFromEnv({
  store: redisStore({ client, commandTimeout: COMMAND_TIMEOUT }),
  requestsPerMinute: Infinity,
  logger: { warn() {} },
})
const chat = imkitChat(tokens, { identify: (req) => req.session.user })

const app = express()
app.use(
  session({
    store: new RedisStore({ client, prefix: 'session:' }),
    secret: 'the same in every process',
    resave: false,
    saveUninitialized: false,
  }),
)
app.use(express.json())
app.post(
  '/login',
  async (req, _res, next) => {
    await promisify(req.session.regenerate.bind(req.session))()
    req.session.user = { id: req.body.username, nickname: req.body.username }
    next()
  },
  chat.login(),
  (req, res) => void res.json({ user: req.session.user, chat: req.chat }),
)
app.post('/chat/token', chat.token())
app.post('/logout', chat.logout(), (req, res, next) =>
  req.session.destroy((error) => (error ? next(error) : res.sendStatus(204))),
)

const server = app.listen(Number(PORT), '127.0.0.1', () => process.send?.('listens'))
// Longer than nginx keeps a connection, or it would use one that is just being closed for being idle.
server.keepAliveTimeout = 65_000
const shutDown = gracefulShutdown(server, tokens)
process.once('SIGTERM', () => {
  void shutDown().then(() => {
    client.destroy()
    process.exit()
  })
})
// The parent process has ended.
process.once('disconnect', () => process.exit())
