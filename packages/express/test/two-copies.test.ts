import { createRequire } from 'node:module'
import * as esm from '@imkit-auth/core'
import { imkitChat } from '@imkit-auth/express'
import { Browser, listening } from '@imkit-auth/testkit'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'

/** An app may load core as ES modules, and one of its libraries as CommonJS. */
const commonJs = createRequire(import.meta.url)('@imkit-auth/core') as typeof esm

test('two copies of core in one process know each other’s errors', async () => {
  expect(commonJs.ChatTokenError).not.toBe(esm.ChatTokenError)
  expect(new commonJs.ChatTokenError('BUSY', 'wait')).toBeInstanceOf(esm.ChatTokenError)
  expect(new Error('wait')).not.toBeInstanceOf(esm.ChatTokenError)
})

test.each([
  ['tokens of the other copy', commonJs.createChatTokens, esm.issue],
  ['a mode of the other copy', esm.createChatTokens, commonJs.issue],
])('with %s a login without chat goes on, and the token route answers 503', async (_what, createChatTokens, issue) => {
  const logger = { warn() {} }
  const tokens = createChatTokens({ serverUrl: 'http://127.0.0.1:9', apiKey: 'key', mode: issue(), logger })
  onTestFinished(async () => void (await tokens.close({ withinMs: 0 })))
  const chat = imkitChat(tokens, { identify: () => ({ id: 'amy' }) })
  const app = express()
  app.post('/login', chat.login(), (req, res) => void res.json({ chat: req.chat }))
  app.post('/chat/token', chat.token())
  const { url, close } = await listening(app.listen(0, '127.0.0.1'))
  onTestFinished(async () => void (await close()))
  const browser = new Browser(url)
  expect((await browser.post('/login')).json).toEqual({ chat: null })
  const asked = await browser.post('/chat/token')
  expect([asked.status, asked.json.error]).toEqual([503, 'UNAVAILABLE'])
})
