import { createTestChat } from '@imkit-auth/core/testing'
import { imkitChat } from '@imkit-auth/koa'
import { Browser, listening } from '@imkit-auth/testkit'
import { Router } from '@koa/router'
import Koa from 'koa'
import { expect, onTestFinished, test } from 'vitest'

test('an app’s own test needs no chat server', async () => {
  const testChat = await createTestChat()
  const chat = imkitChat(testChat.tokens, { identify: () => ({ id: 'amy' }) })
  const router = new Router()
  router.post('/login', chat.login(), (ctx) => void (ctx.body = { chat: ctx.state['chat'] }))
  router.post('/logout', chat.logout(), (ctx) => void (ctx.status = 204))
  const { url, close } = await listening(new Koa().use(router.routes()).listen(0, '127.0.0.1'))
  onTestFinished(async () => void (await close()))
  const browser = new Browser(url)
  expect((await browser.post('/login')).json).toMatchObject({ chat: { token: 'chat-token-of-amy-1' } })
  await browser.post('/logout')
  expect(testChat.revocations).toEqual([{ userId: 'amy', session: undefined }])
  expect(testChat.liveTokens('amy')).toEqual([])
})
