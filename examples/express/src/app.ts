import { randomBytes } from 'node:crypto'
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

const USERS: readonly User[] = [
  { id: 'amy', name: 'Amy' },
  { id: 'bob', name: 'Bob' },
  { id: 'cleo', name: 'Cleo' },
]
/** Everybody's, to keep this short. A real app keeps a hash for each user. */
const PASSWORD = 'chat'

/** An app with a login of its own. What the chat takes are the lines with `chat`. */
export function createApp(tokens: ChatTokens): Express {
  const app = express()
  const chat = imkitChat(tokens, { identify: ({ session: { user } }) => user && { id: user.id, nickname: user.name } })
  const secret = randomBytes(32).toString('hex')
  app.use(session({ secret, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }))
  app.use(express.json())

  app.post('/login', authenticate, chat.login(), (req, res) => {
    res.json({ user: req.session.user, chat: req.chat })
  })
  app.post('/logout', chat.logout(), (req, res, next) => {
    req.session.destroy((error) => (error ? next(error) : res.sendStatus(204)))
  })
  app.post('/chat/token', chat.token())
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
