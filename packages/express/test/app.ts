import { imkitChat } from '@imkit-auth/express'
import type { ChatTokens } from '@imkit-auth/core'
import { listening, type ListeningApp, type OwnToken, OwnTokens } from '@imkit-auth/testkit'
import express, { type Express } from 'express'
import session from 'express-session'

declare module 'express-session' {
  interface SessionData {
    user?: { id: string; name: string }
    own?: OwnToken
  }
}

export interface RunningApp extends ListeningApp {
  readonly app: Express
}

/** The app of the binding contract. */
export async function startApp(tokens: ChatTokens, own = new OwnTokens(Date.now)): Promise<RunningApp> {
  const app = express()
  const chat = imkitChat(tokens, {
    identify: (req) => req.session.user && { id: req.session.user.id, nickname: req.session.user.name },
  })
  app.use(session({ secret: 'test', resave: false, saveUninitialized: false }))
  app.post('/login', express.json(), (req, res, next) => {
    const { username, password } = req.body
    const { own: before } = req.session
    if (password !== 'chat') res.sendStatus(401)
    else
      req.session.regenerate((error) => {
        req.session.user = { id: username, name: username }
        req.session.own = own.begin({ id: username }, before)
        next(error)
      })
  })
  app.post('/login', chat.login(), (req, res) => void res.json({ user: req.session.user, chat: req.chat }))
  app.post('/logout', chat.logout(), (req, res, next) => {
    own.end(req.session.own)
    req.session.destroy((error) => (error ? next(error) : res.sendStatus(204)))
  })
  app.post('/chat/token', chat.token())
  return { app, ...(await listening(app.listen(0, '127.0.0.1'))) }
}
