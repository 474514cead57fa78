import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { chatTokensFromEnv, gracefulShutdown } from '@imkit-auth/core'
import { imkitChat } from '@imkit-auth/express'
import { redisStore } from '@imkit-auth/redis'
import { RedisStore } from 'connect-redis'
import express, { type RequestHandler } from 'express'
import session from 'express-session'
import { createClient } from 'redis'

declare module 'express-session' {
  interface SessionData {
    user: { readonly id: string; readonly nickname: string }
  }
}

// One process of the app. All that it must not forget is in Redis, so any other can answer the next request.
const { APP_NAME = 'app', PORT = '0', REDIS_URL = '', SESSION_SECRET = '' } = process.env

const client = createClient({ url: REDIS_URL })
// It connects again by itself, and imkit-auth says when the store does not answer.
client.on('error', () => {})
await client.connect()

const tokens = chatTokensFromEnv({ store: redisStore({ client }) })
const chat = imkitChat(tokens, { identify: (req) => req.session.user })

const app = express()
app.use((_req, res, next) => {
  res.set('x-answered-by', APP_NAME)
  next()
})
app.use(
  session({
    name: 'cluster.sid',
    store: new RedisStore({ client, prefix: 'cluster-session:' }),
    // The same in every process.
    secret: SESSION_SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { sameSite: 'lax' },
  }),
)
app.use(express.json())

const NICKNAMES = new Map([
  ['amy', 'Amy'],
  ['bob', 'Bob'],
  ['cleo', 'Cleo'],
])

/** Believes whoever says who they are, with a new session id. Your own check goes here. */
const authenticate: RequestHandler = (req, res, next) => {
  const nickname = NICKNAMES.get(req.body?.username)
  if (!nickname) {
    res.status(401).json({ error: 'Nobody has that name.' })
    return
  }
  req.session.regenerate((error) => {
    req.session.user = { id: req.body.username, nickname }
    next(error)
  })
}

app.post('/login', authenticate, chat.login(), (req, res) => {
  res.json({ user: req.session.user, chat: req.chat })
})
app.post('/chat/token', chat.token())
// `chat.logout()` would do as well; this one tells the page what became of the chat token.
app.post('/logout', async (req, res) => {
  const { user } = req.session
  await promisify(req.session.destroy.bind(req.session))()
  res.json({ chat: user ? await chat.revoke(req, user) : null })
})
app.get('/session', (req, res) => {
  res.json({ user: req.session.user ?? null })
})

const server = app.listen(Number(PORT), '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))

const shutDown = gracefulShutdown(server, tokens, { withinMs: 4_000 })

async function close(): Promise<void> {
  await shutDown()
  client.destroy()
  process.exit()
}
process.once('SIGTERM', () => void close())
// Whoever started this process has died.
process.once('disconnect', () => void close())
