import { randomBytes } from 'node:crypto'
import { createAuthService, verifyWith } from '@imkit-auth/auth-service'
import { authServiceHandler } from '@imkit-auth/auth-service/express'
import { type ChatTokens, external, type Mode } from '@imkit-auth/core'
import { imkitChat } from '@imkit-auth/express'
import express, { type Express, type Request, type RequestHandler } from 'express'
import session from 'express-session'
import type { AccessToken, AccessTokens } from './access-tokens.js'

interface User {
  readonly id: string
  readonly name: string
}

declare module 'express-session' {
  interface SessionData {
    user: User
    access: AccessToken
  }
}

const USERS: readonly User[] = [
  { id: 'amy', name: 'Amy' },
  { id: 'bob', name: 'Bob' },
  { id: 'cleo', name: 'Cleo' },
]
/** Everybody's, to keep this short. A real app keeps a hash for each user. */
const PASSWORD = 'chat'

/** The access token that the app gave this session is the chat token. */
export function accessTokenMode(): Mode {
  return external({ token: (req: Request) => req.session.access })
}

/** An app with access tokens of its own. The chat server asks it whose they are: what ends one ends the chat. */
export function createApp(tokens: ChatTokens, accessTokens: AccessTokens): Express {
  const app = express()
  const chat = imkitChat(tokens, { identify: ({ session: { user } }) => user && { id: user.id, nickname: user.name } })
  const verifier = verifyWith((token) => {
    const user = accessTokens.userOf(token)
    return user && { id: user.id, nickname: user.name }
  })

  app.use(authServiceHandler(createAuthService({ verifier, path: '/chat-auth' })))
  app.use(session({ secret: randomBytes(32).toString('hex'), resave: false, saveUninitialized: false }))
  app.use(express.json())

  app.post('/login', authenticate(accessTokens), chat.login(), (req, res) => {
    res.json({ user: req.session.user, chat: req.chat })
  })
  app.post('/logout', chat.logout(), (req, res, next) => {
    accessTokens.take(req.session.access?.token)
    req.session.destroy((error) => (error ? next(error) : res.sendStatus(204)))
  })
  app.post('/chat/token', chat.token())
  return app
}

/** Lets in who knows the password, with a new session id and a new access token. */
function authenticate(accessTokens: AccessTokens): RequestHandler {
  return (req, res, next) => {
    const user = USERS.find(({ id }) => id === req.body?.username)
    if (!user || req.body.password !== PASSWORD) {
      res.status(401).json({ error: 'Wrong name or password.' })
      return
    }
    accessTokens.take(req.session.access?.token)
    req.session.regenerate((error) => {
      req.session.user = user
      req.session.access = accessTokens.give(user)
      next(error)
    })
  }
}
