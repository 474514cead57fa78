import { createChatTokens, issue } from '@imkit-auth/core'
import { startEmulator } from '@imkit-auth/emulator'
import { imkitChat } from '@imkit-auth/koa'
import { listening } from '@imkit-auth/testkit'
import Koa from 'koa'
import session from 'koa-session'
import { expect, onTestFinished, test } from 'vitest'

test("with scope 'session' a logout ends the token of the login, although koa-session changed the id in between", async () => {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const { url: serverUrl, apiKey } = emulator
  const tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), scope: 'session' })
  const chat = imkitChat(tokens, { identify: (ctx) => ctx.session?.user })
  const sessions = new Map<string, unknown>()
  const store = {
    get: async (key: string) => sessions.get(key),
    set: async (key: string, value: unknown) => void sessions.set(key, value),
    destroy: async (key: string) => void sessions.delete(key),
  }
  const app = new Koa()
  app.keys = ['test']
  app.use(session({ store }, app))
  const login = chat.login()
  const logout = chat.logout()
  app.use(async (ctx) => {
    if (ctx.path === '/login') {
      await ctx.session?.regenerate()
      ctx.session = { user: { id: 'amy' } }
      await login(ctx, async () => {
        ctx.body = { chat: ctx.state.chat }
      })
    } else {
      await logout(ctx, async () => {
        ctx.session = null
        ctx.status = 204
      })
    }
  })
  const { url, close } = await listening(app.listen(0, '127.0.0.1'))
  onTestFinished(async () => void (await close()))
  const live = () => emulator.clients().flatMap((client) => client.tokens).length

  const answer = await fetch(`${url}/login`, { method: 'POST' })
  expect(live()).toBe(1)
  // The last cookie of a name counts: regenerating clears the old one first.
  const cookies = new Map(
    answer.headers.getSetCookie().map((line) => line.split(';')[0]?.split('=') as [string, string]),
  )
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  await fetch(`${url}/logout`, { method: 'POST', headers: { cookie } })
  expect(live()).toBe(0)
})
