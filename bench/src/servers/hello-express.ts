import { imkitChat } from '@imkit-auth/express'
import express, { type RequestHandler } from 'express'
import { addressOf, announce } from './answers.js'
import { greeting, kind, ownCache } from './hello.js'
import { loggedIn, visitorOf } from './hello-users.js'

const tokens = await loggedIn()
const cache = await ownCache(tokens)
const chat = imkitChat(tokens, { identify: (req) => visitorOf(req.headers) })
const fromOwnCache: RequestHandler = async (req, _res, next) => {
  const user = visitorOf(req.headers)
  req.chat = (user && cache.get(user.id)) ?? null
  next()
}

const app = express()
app.get('/hello', kind === 'binding' ? chat.login() : fromOwnCache, (req, res) => {
  res.json(greeting(req.chat))
})
const server = app.listen(0, '127.0.0.1', () => announce(addressOf(server)))
