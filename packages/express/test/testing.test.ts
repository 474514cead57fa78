import { createTestChat } from '@imkit-auth/core/testing'
import { imkitChat } from '@imkit-auth/express'
import { Browser, listening } from '@imkit-auth/testkit'
import express from 'express'
import session from 'express-session'
import { expect, onTestFinished, test } from 'vitest'

test('an app’s own test needs no chat server', async () => {
  const testChat = await createTestChat()
  const chat = imkitChat(testChat.tokens, { identify: (req) => req.session.user })
  const app = express()
  app.use(session({ secret: 'test', resave: false, saveUninitialized: false }))
  app.post(
    '/login',
    (req, _res, next) => ((req.session.user = { id: 'amy', name: 'Amy' }), next()),
    chat.login(),
    (req, res) => void res.json({ chat: req.chat }),
  )
  app.post('/logout', chat.logout(), (_req, res) => void res.sendStatus(204))
  const { url, close } = await listening(app.listen(0, '127.0.0.1'))
  onTestFinished(async () => void (await close()))
  const browser = new Browser(url)
  expect((await browser.post('/login')).json).toMatchObject({ chat: { token: 'chat-token-of-amy-1' } })
  await browser.post('/logout')
  expect(testChat.revocations).toMatchObject([{ userId: 'amy', session: expect.any(String) }])
  expect(testChat.liveTokens('amy')).toEqual([])
  testChat.fail('unreachable')
  expect((await browser.post('/login')).json).toEqual({ chat: null })
})
