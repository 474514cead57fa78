import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { ChatTokens } from '@imkit-auth/core'
import { imkitChat } from '@imkit-auth/express'
import express, { type Express } from 'express'
import session from 'express-session'
import { crossOriginResourcePolicy } from 'helmet'
import { securityHeaders } from './security-headers.js'
import { createPassport } from './sign-in.js'

export interface DemoOptions {
  /** Where this app is, for the pictures that the chat shows. */
  readonly publicUrl: string
  /** The clock that the page's countdown goes by, in epoch ms. @default Date.now */
  readonly now?: () => number
}

const PUBLIC = fileURLToPath(new URL('../public', import.meta.url))

/** An app with sessions and Passport, and a page. What the chat takes are the lines with `chat`. */
export function createApp(tokens: ChatTokens, { publicUrl, now = Date.now }: DemoOptions): Express {
  const app = express()
  const passport = createPassport()
  const avatarUrl = (id: string) => `${publicUrl}/avatars/${id}.svg`
  const chat = imkitChat(tokens, {
    identify: ({ user }) => user && { id: user.id, nickname: user.name, avatarUrl: avatarUrl(user.id) },
  })

  app.use(securityHeaders(tokens.serverUrl))
  app.use('/avatars', crossOriginResourcePolicy({ policy: 'cross-origin' }))
  app.use(express.static(PUBLIC))
  app.use((_req, res, next) => {
    res.set({ date: new Date(now()).toUTCString(), 'cache-control': 'no-store' })
    next()
  })
  app.use(
    session({
      name: 'demo.sid',
      secret: randomBytes(32).toString('hex'),
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'lax' },
    }),
  )
  app.use(passport.session())
  app.use(express.json())

  app.post('/login', passport.authenticate('local'), chat.login(), (req, res) => {
    res.json({ user: req.user, chat: req.chat })
  })
  app.post('/logout', chat.logout(), (req, res, next) => {
    req.logout((error) => (error ? next(error) : res.sendStatus(204)))
  })
  app.post('/chat/token', chat.token())
  app.get('/session', (req, res) => {
    res.json({ user: req.user ?? null })
  })
  return app
}
