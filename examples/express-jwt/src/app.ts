import { randomBytes, randomUUID } from 'node:crypto'
import type { ChatTokens } from '@imkit-auth/core'
import { imkitChat } from '@imkit-auth/express'
import express, { type Express, type RequestHandler } from 'express'
import { type JWTPayload, jwtVerify, SignJWT } from 'jose'

interface User {
  readonly id: string
  readonly name: string
}

declare global {
  // Express's own types are extended through this namespace, as express-jwt does it.
  // oxlint-disable-next-line typescript/no-namespace
  namespace Express {
    interface Request {
      auth?: JWTPayload
    }
  }
}

const USERS: readonly User[] = [
  { id: 'amy', name: 'Amy' },
  { id: 'bob', name: 'Bob' },
  { id: 'cleo', name: 'Cleo' },
]
/** The same for all users, to keep this short. A real app keeps a hash for each. */
const PASSWORD = 'chat'

/** An app without sessions: a login is a JWT, which the page shows with each request. The chat takes the lines with `chat`. */
export function createApp(tokens: ChatTokens): Express {
  const app = express()
  const secret = randomBytes(32)
  // The chat knows a login by its `sid`: what is logged out stays out, although the JWT is good until it expires.
  const chat = imkitChat(tokens, {
    identify: ({ auth }) => auth?.sub !== undefined && { id: auth.sub, nickname: String(auth['name']) },
  })
  app.use(express.json(), verified(secret))

  app.post('/login', authenticate, chat.login(), async (req, res) => {
    const accessToken = await new SignJWT(req.auth).setProtectedHeader({ alg: 'HS256' }).sign(secret)
    res.json({ user: { id: req.auth?.sub }, accessToken, chat: req.chat })
  })
  app.post('/logout', chat.logout(), (_req, res) => {
    // The page throws its JWT away.
    res.sendStatus(204)
  })
  app.post('/chat/token', chat.token())
  return app
}

/** Lets in who knows the password. Each login has a name of its own. */
const authenticate: RequestHandler = (req, res, next) => {
  const user = USERS.find(({ id }) => id === req.body?.username)
  if (!user || req.body.password !== PASSWORD) {
    res.status(401).json({ error: 'Wrong name or password.' })
    return
  }
  const now = Math.floor(Date.now() / 1_000)
  req.auth = { sub: user.id, name: user.name, sid: randomUUID(), iat: now, exp: now + 8 * 3_600 }
  next()
}

/** Knows who asks, if the request shows a JWT of this app. */
function verified(secret: Uint8Array): RequestHandler {
  return async (req, _res, next) => {
    const token = req.get('authorization')?.replace(/^Bearer /, '')
    const verdict = token && (await jwtVerify(token, secret, { algorithms: ['HS256'] }).catch(() => undefined))
    if (verdict) req.auth = verdict.payload
    next()
  }
}
