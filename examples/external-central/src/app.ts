import { randomBytes } from 'node:crypto'
import { createAuthService, createVerifier } from '@imkit-auth/auth-service'
import { authServiceHandler } from '@imkit-auth/auth-service/express'
import type { ChatTokens } from '@imkit-auth/core'
import { imkitChat } from '@imkit-auth/express'
import express, { type Express, type RequestHandler } from 'express'
import session from 'express-session'

interface User {
  readonly id: string
  readonly name: string
}

declare module 'express-session' {
  interface SessionData {
    user: User
  }
}

export interface AppOptions {
  readonly tokens: ChatTokens
  /** What tokens are signed with. */
  readonly secret: string
  /** What the chat server has to know to ask: `POST /chat-auth/verify/<secret>`. */
  readonly callerSecret: string
  readonly now?: () => number
}

const USERS: readonly User[] = [
  { id: 'amy', name: 'Amy' },
  { id: 'bob', name: 'Bob' },
  { id: 'cleo', name: 'Cleo' },
]
/** Everybody's, to keep this short. A real app keeps a hash for each user. */
const PASSWORD = 'chat'

/** An app that signs a token at login. Its own API and the chat server ask the same verifier about it. */
export function createApp({ tokens, secret, callerSecret, now }: AppOptions): Express {
  const app = express()
  const chat = imkitChat(tokens, { identify: ({ session: { user } }) => user && { id: user.id, nickname: user.name } })
  const verifier = createVerifier({ tokens, keys: [{ secret }], now })
  const service = createAuthService({ verifier, path: '/chat-auth', callerSecrets: [callerSecret] })

  app.use(authServiceHandler(service))
  app.use(session({ secret: randomBytes(32).toString('hex'), resave: false, saveUninitialized: false }))
  app.use(express.json())

  app.post('/login', authenticate, chat.login(), (req, res) => {
    res.json({ user: req.session.user, chat: req.chat })
  })
  app.post('/logout', chat.logout(), (req, res, next) => {
    req.session.destroy((error) => (error ? next(error) : res.sendStatus(204)))
  })
  app.post('/chat/token', chat.token())

  // The token opens the app's own API as well, wherever that runs: a logout closes both.
  app.get('/api/me', async (req, res) => {
    const token = req.get('authorization')?.replace(/^Bearer /, '') ?? ''
    const { user } = await verifier.verify(token)
    res.status(user ? 200 : 401).json(user ?? { error: 'Log in first.' })
  })
  return app
}

/** Lets in who knows the password, with a new session id. */
const authenticate: RequestHandler = (req, res, next) => {
  const user = USERS.find(({ id }) => id === req.body?.username)
  if (!user || req.body.password !== PASSWORD) {
    res.status(401).json({ error: 'Wrong name or password.' })
    return
  }
  req.session.regenerate((error) => {
    req.session.user = user
    next(error)
  })
}
