import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser } from './browser.js'
import { EmulatorControl } from './emulator-control.js'
import { eventually } from './eventually.js'

const DAY = 86_400_000
/**
 * Where chat tokens come from: the chat server is `told` of them; they are `minted` and it has to ask; or they are the host's
 * `own`, one for each login, and it has to ask as well.
 */
export type TokenKind = 'told' | 'minted' | 'own'

const CREDENTIALS = ['clientKey', 'expirationDate', 'expiresIn', 'serverUrl', 'token', 'userId']

/** The same credentials, a moment later. */
function lasting(credentials: object): object {
  return { ...credentials, expiresIn: expect.any(Number) as number }
}

/** The users and the password that every app under this contract lets in. */
const PASSWORD = 'chat'

/**
 * What an app with a binding must do over HTTP, whatever its framework. It is given nothing but the app's URL: the chat
 * server's address comes with the credentials, and the emulator there tells where its control port is.
 *
 * The app offers `POST /login {username, password}` (users amy, bob and cleo, password "chat") → `{user, chat}`,
 * `POST /logout`, and `POST /chat/token`; and its clock is the emulator's. An app without cookies answers its login with the
 * `accessToken` that its pages show as `Authorization: Bearer`. An app that takes logins in another way has a browser of its own,
 * which translates.
 */
export function bindingContract(
  url: () => string,
  kind: TokenKind = 'told',
  AppBrowser: typeof Browser = Browser,
): void {
  let chat: EmulatorControl
  let clientKey: string
  /** The tokens that a test was handed out, by user. */
  let seen = new Map<string, Set<string>>()

  beforeEach(() => {
    seen = new Map()
  })

  beforeAll(async () => {
    const browser = new AppBrowser(url())
    const { json } = await login(browser, 'cleo')
    chat = await EmulatorControl.behind(json.chat.serverUrl)
    clientKey = json.chat.clientKey
    await browser.post('/logout')
  })

  /** For a test of those kinds of tokens alone: this one, or none. */
  const only = (...kinds: TokenKind[]) => kinds.filter((one) => one === kind)

  async function login(browser: Browser, username = 'amy', password = PASSWORD) {
    const answer = await browser.post('/login', { username, password })
    note(answer.json.chat)
    return answer
  }

  async function ask(browser: Browser, body: object = {}) {
    const answer = await browser.post('/chat/token', body)
    note(answer.json)
    return answer
  }

  function note(credentials: { userId?: string; token?: string } | null | undefined): void {
    const { userId, token } = credentials ?? {}
    if (userId === undefined || token === undefined) return
    seen.set(userId, (seen.get(userId) ?? new Set()).add(token))
  }

  const adminCalls = async () => (await chat.requests()).filter(({ path }) => path.startsWith('/admin/')).length

  /** Neither one that the chat server knows, nor one that was handed out. */
  const noTokensLeft = (userId: string) =>
    eventually(async () => {
      expect(await chat.liveTokens(userId), `live tokens of ${userId}`).toEqual([])
      const answers = Array.from(seen.get(userId) ?? [], (token) => chat.me(token, clientKey))
      expect(new Set(await Promise.all(answers)), `tokens that ${userId} had`).not.toContain(200)
    })

  describe('login', () => {
    test('answers with credentials that the chat server accepts', async () => {
      const browser = new AppBrowser(url())
      const { status, headers, json } = await login(browser)
      expect(status).toBe(200)
      expect(Object.keys(json.chat).sort()).toEqual(CREDENTIALS)
      expect(json.chat.userId).toBe('amy')
      expect(new Date(json.chat.expirationDate).toISOString()).toBe(json.chat.expirationDate)
      expect(json.chat.expiresIn).toBeGreaterThan(0)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(await chat.me(json.chat.token, clientKey)).toBe(200)
      await browser.post('/logout')
    })

    test('a second login of the same user makes no call to the chat server', async () => {
      const [laptop, phone] = [new AppBrowser(url()), new AppBrowser(url())]
      const first = await login(laptop)
      const calls = await adminCalls()
      const second = await login(phone)
      const sameToken = second.json.chat.token === first.json.chat.token
      expect(sameToken).toBe(kind !== 'own')
      expect(await adminCalls()).toBe(calls)
      await laptop.post('/logout')
      await phone.post('/logout')
    })

    test('with a wrong password nothing happens at the chat server', async () => {
      const calls = await adminCalls()
      const { status } = await login(new AppBrowser(url()), 'amy', 'wrong')
      expect(status).toBe(401)
      expect(await adminCalls()).toBe(calls)
    })

    test('obtains a new token once the old one has expired', async () => {
      const browser = new AppBrowser(url())
      const old = await login(browser)
      await chat.advance(8 * DAY)
      const { json } = await login(browser)
      expect(json.chat.token).not.toBe(old.json.chat.token)
      expect(await chat.me(json.chat.token, clientKey)).toBe(200)
      await browser.post('/logout')
    })

    test('another user in the same browser gets their own token', async () => {
      const browser = new AppBrowser(url())
      const amy = await login(browser, 'amy')
      const bob = await login(browser, 'bob')
      expect(bob.json.chat.userId).toBe('bob')
      expect(bob.json.chat.token).not.toBe(amy.json.chat.token)
      await browser.post('/logout')
      await login(browser, 'amy')
      await browser.post('/logout')
      await noTokensLeft('amy')
    })
  })

  describe('logout', () => {
    test('revokes the token at the chat server before it answers', async () => {
      const browser = new AppBrowser(url())
      const { json } = await login(browser)
      const { status } = await browser.post('/logout')
      expect(status).toBeLessThan(300)
      expect(await chat.liveTokens('amy')).toEqual([])
      expect(await chat.me(json.chat.token, clientKey)).toBe(401)
      expect((await browser.post('/chat/token')).status).toBe(401)
    })

    test('is one for whoever shows the same cookie or token again: they get nothing', async () => {
      const browser = new AppBrowser(url())
      await login(browser)
      const copy = browser.copy()
      await browser.post('/logout')
      for (const body of [{}, { invalid: 'another' }]) {
        const { status, json } = await ask(copy, body)
        expect([status, json.token]).toEqual([401, undefined])
      }
      await noTokensLeft('amy')
    })

    test('of somebody who is not logged in succeeds and calls nobody', async () => {
      const calls = await adminCalls()
      expect((await new AppBrowser(url()).post('/logout')).status).toBeLessThan(300)
      expect(await adminCalls()).toBe(calls)
    })

    test('leaves a page that keeps asking for tokens without any', async () => {
      const browser = new AppBrowser(url())
      await login(browser)
      // Requests read their session before the logout and reach the chat server after it.
      await chat.fault({ match: 'POST /admin/clients', kind: 'delay-before', ms: 30 })
      let hammering = true
      const hammer = async () => {
        while (hammering) {
          const { json } = await ask(browser)
          if (json.token) await ask(browser, { invalid: json.token })
        }
      }
      const hammers = Array.from({ length: 8 }, hammer)
      await sleep(30)
      expect((await browser.post('/logout')).status).toBeLessThan(300)
      await sleep(100)
      hammering = false
      await Promise.all(hammers)
      await chat.clearFaults()
      await noTokensLeft('amy')
      await sleep(50)
      expect(await chat.liveTokens('amy')).toEqual([])
    })

    // Where no chat server is asked, nothing holds a login up long enough for the order of answers to be known.
    test.each(only('told'))('while a login of the same browser is under way leaves no token behind', async () => {
      const browser = new AppBrowser(url())
      await login(browser)
      await browser.post('/logout')
      await chat.fault({ match: 'POST /admin/clients', kind: 'delay-before', ms: 100, times: 1 })
      const late = login(browser)
      await sleep(40)
      await browser.post('/logout')
      const { json } = await late
      if (json.chat) await browser.post('/logout')
      await chat.clearFaults()
      await noTokensLeft('amy')
    })
  })

  describe('token route', () => {
    test('hands the logged-in user their token, never to be stored', async () => {
      const browser = new AppBrowser(url())
      const { json } = await login(browser)
      const answer = await browser.post('/chat/token')
      expect(answer.status).toBe(200)
      expect(answer.json).toEqual(lasting(json.chat))
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.get('vary')).toContain('Cookie')
      await browser.post('/logout')
    })

    test('answers 401 to whoever is not logged in', async () => {
      const { status, json } = await new AppBrowser(url()).post('/chat/token')
      expect(status).toBe(401)
      expect(json).not.toHaveProperty('token')
    })

    test('answers 403 to pages of a foreign origin', async () => {
      const browser = new AppBrowser(url())
      await login(browser)
      for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
        const { status, json } = await browser.post('/chat/token', {}, headers)
        expect(status).toBe(403)
        expect(json).not.toHaveProperty('token')
      }
      expect((await browser.post('/chat/token', {}, { origin: new URL(url()).origin })).status).toBe(200)
      await browser.post('/logout')
    })

    test.each(only('own'))('sends a page to the login whose own token the chat server refused', async () => {
      const browser = new AppBrowser(url())
      const { json } = await login(browser)
      const refused = await browser.post('/chat/token', { invalid: json.chat.token })
      expect([refused.status, refused.json.error]).toEqual([401, 'LOGGED_OUT'])
      expect((await browser.post('/chat/token', { invalid: 'another' })).json).toEqual(lasting(json.chat))
      await browser.post('/logout')
    })

    test.each(only('told', 'minted'))('replaces a token that the chat server refused, once in 30 seconds', async () => {
      const browser = new AppBrowser(url())
      const { json } = await login(browser)
      await chat.advance(31_000)
      const renewed = await browser.post('/chat/token', { invalid: json.chat.token })
      expect(renewed.status).toBe(200)
      expect(renewed.json.token).not.toBe(json.chat.token)
      await eventually(async () => expect(await chat.me(json.chat.token, clientKey)).toBe(401))
      expect(await chat.me(renewed.json.token, clientKey)).toBe(200)

      const stale = await browser.post('/chat/token', { invalid: json.chat.token })
      expect([stale.status, stale.json.token]).toEqual([200, renewed.json.token])
      const again = await browser.post('/chat/token', { invalid: renewed.json.token })
      expect(again.status).toBe(429)
      expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0)
      await browser.post('/logout')
    })

    test('answers 400 to a body it does not understand', async () => {
      const browser = new AppBrowser(url())
      await login(browser)
      expect((await browser.post('/chat/token', { invalid: 7 })).status).toBe(400)
      await browser.post('/logout')
    })
  })

  describe('with the chat server refusing connections', () => {
    test.each(only('minted', 'own'))(
      'login gives a token all the same, which works as soon as it is back',
      async () => {
        const browser = new AppBrowser(url())
        await chat.accept(false)
        const { status, json } = await login(browser, 'bob')
        const asked = await ask(browser)
        await chat.accept(true)
        expect([status, asked.status, asked.json]).toEqual([200, 200, lasting(json.chat)])
        expect(await chat.me(json.chat.token, clientKey)).toBe(200)
        await browser.post('/logout')
        await noTokensLeft('bob')
      },
    )

    test.each(only('told'))('login answers without chat, and the token route supplies the token later', async () => {
      const browser = new AppBrowser(url())
      await chat.accept(false)
      const { status, json } = await login(browser, 'bob')
      const asked = await browser.post('/chat/token')
      await chat.accept(true)
      expect([status, json.chat]).toEqual([200, null])
      expect(asked.status).toBe(503)
      expect(Number(asked.headers.get('retry-after'))).toBeGreaterThan(0)
      const later = await eventually(async () => {
        const answer = await browser.post('/chat/token')
        expect(answer.status).toBe(200)
        return answer
      })
      expect(await chat.me(later.json.token, clientKey)).toBe(200)
      await browser.post('/logout')
      await noTokensLeft('bob')
    })

    test('logout succeeds, and the revocation reaches the chat server once it is back', async () => {
      const browser = new AppBrowser(url())
      const { json } = await login(browser, 'bob')
      await chat.accept(false)
      expect((await browser.post('/logout')).status).toBeLessThan(300)
      await chat.accept(true)
      await eventually(async () => expect(await chat.me(json.chat.token, clientKey)).toBe(401))
      expect(await chat.liveTokens('bob')).toEqual([])
    })
  })
}
