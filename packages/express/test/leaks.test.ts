import { imkitChat } from '@imkit-auth/express'
import { leakContract, listening } from '@imkit-auth/testkit'
import type { StartHuntedApp } from '@imkit-auth/testkit/leaks'
import express from 'express'
import session, { MemoryStore } from 'express-session'

const start: StartHuntedApp = async (tokens, { onUnavailable }) => {
  const app = express()
  const store = new MemoryStore()
  const chat = imkitChat(tokens, {
    identify: (req) => req.session.user && { id: req.session.user.id, nickname: req.session.user.name },
    onUnavailable,
  })
  app.use(session({ secret: 'test', resave: false, saveUninitialized: false, store }))
  app.post('/login', express.json(), (req, _res, next) => {
    req.session.user = { id: req.body.username, name: req.body.username }
    next()
  })
  app.post('/login', chat.login(), (req, res) => void res.json({ chat: req.chat }))
  app.post('/logout', chat.logout(), (req, res, next) => {
    req.session.destroy((error) => (error ? next(error) : res.json({ loggedOut: true })))
  })
  app.all('/chat/token', chat.token())
  return {
    ...(await listening(app.listen(0, '127.0.0.1'))),
    texts: () => ({ 'sessions of the host': JSON.stringify(store) }),
    objects: { chat },
  }
}

leakContract(start)
