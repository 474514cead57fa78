'use strict'

const express = require('express')
const bodyParser = require('body-parser')
const session = require('express-session')
const passport = require('passport')
const LocalStrategy = require('passport-local').Strategy
const { imkitChat } = require('@imkit-auth/express')

const users = [{ id: 1, username: 'amy', password: 'chat' }]

passport.use(
  new LocalStrategy(function (username, password, done) {
    const user = users.find((one) => one.username === username && one.password === password)
    done(null, user || false)
  }),
)
passport.serializeUser(function (user, done) {
  done(null, user.id)
})
passport.deserializeUser(function (id, done) {
  done(
    null,
    users.find((one) => one.id === id),
  )
})

module.exports = function createApp(tokens) {
  const app = express()
  const chat = imkitChat(tokens, {
    identify: (req) => req.user && { id: req.user.username, nickname: req.user.username },
  })

  app.use(bodyParser.json())
  app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false }))
  app.use(passport.initialize())
  app.use(passport.session())

  app.post('/login', passport.authenticate('local'), chat.login(), function (req, res) {
    res.json({ user: req.user.username, chat: req.chat })
  })
  app.post('/logout', chat.logout(), function (req, res) {
    req.logout()
    res.sendStatus(204)
  })
  app.post('/chat/token', chat.token())
  return app
}
