import { once } from 'node:events'
import { eventually } from '@imkit-auth/testkit'
import type { Response } from 'express'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { AmysWeb, credentialsIn } from './amys-app.js'
import { ask, PATIENCE, withoutChromium } from './web.js'

const APP = 'http://app.test/'
const ELSEWHERE = 'http://elsewhere.test/'

describe.skipIf(withoutChromium())('in a browser', { timeout: PATIENCE }, () => {
  const amys = AmysWeb.forTests()
  const live = () => amys.world.live('amy')
  const logouts = () => amys.web.sites.seen('/logout')
  let page: Page
  /** What the host does before its logout is done. */
  let atLogout: (res: Response) => unknown

  beforeEach(async () => {
    atLogout = () => {}
    const { app, chat } = amys.app({ logoutWaitMs: PATIENCE / 2 })
    // An app that lets browsers keep what it answers, and forgets to say otherwise of its login.
    app.get(['/news', '/login'], (_req, res, next) => {
      res.set('cache-control', 'private, max-age=600')
      next()
    })
    app.get('/news', (_req, res) => void res.json('nothing new'))
    app.get('/login', chat.login(), (req, res) => void res.json(req.chat))
    app.post('/logout', chat.logout(), async (_req, res) => {
      await atLogout(res)
      res.clearCookie('user').sendStatus(204)
    })
    amys.web.sites.serve(app, 'http://app.test')
    page = await amys.web.visit(APP)
  }, PATIENCE)
  const logIn = async () => credentialsIn(await ask(page, '/login', { method: 'GET' })).token

  test('when a page knows that it is logged out, its token is dead', async () => {
    await logIn()
    amys.world.emulator.fault({ match: 'DELETE /admin/clients/*/token', kind: 'delay-before', ms: 300 })
    expect(live()).toHaveLength(1)
    expect(await ask(page, '/logout')).toMatchObject({ status: 204 })
    expect(live()).toEqual([])
  })

  describe('a page that logs out as it leaves is logged out, though the host takes its time:', () => {
    const ways: [name: string, script: string][] = [
      ['fetch with keepalive', `void fetch('/logout', { method: 'POST', keepalive: true })`],
      ['a beacon', `navigator.sendBeacon('/logout')`],
      ['a beacon in the last moment', `addEventListener('pagehide', () => navigator.sendBeacon('/logout'))`],
    ]
    test.each(ways)('%s', async (_name, script) => {
      await logIn()
      atLogout = () => page.waitForURL(ELSEWHERE)
      await page.evaluate(`${script}; location.href = '${ELSEWHERE}'`)
      await eventually(() => expect(live()).toEqual([]), PATIENCE / 2)
      expect(logouts()).toMatchObject([{ headers: { cookie: 'user=amy' }, status: 204 }])
      expect(amys.calls().filter((call) => call.startsWith('DELETE'))).toHaveLength(1)
    })

    test('and so is one whose tab is closed', async () => {
      await logIn()
      let closed!: () => void
      const gone = new Promise<void>((resolve) => (closed = resolve))
      atLogout = () => gone
      await page.evaluate(`void fetch('/logout', { method: 'POST', keepalive: true })`)
      await eventually(() => expect(logouts()).toHaveLength(1))
      await page.close()
      closed()
      await eventually(() => expect(live()).toEqual([]), PATIENCE / 2)
    })

    test('and so is one whose logout the browser gives up, with its connection', async () => {
      await logIn()
      const answered = vi.fn<() => void>()
      atLogout = async (res) => {
        await once(res, 'close')
        answered()
      }
      await page.evaluate(`void fetch('/logout', { method: 'POST' })`)
      await eventually(() => expect(logouts()).toHaveLength(1))
      await page.goto(ELSEWHERE)
      await eventually(() => expect(live()).toEqual([]), PATIENCE / 2)
      expect(answered).toHaveBeenCalledTimes(1)
    })
  })

  test('a login comes from no cache, though all else of the app does', async () => {
    for (let i = 0; i < 2; i++) expect(await ask(page, '/news', { method: 'GET' })).toMatchObject({ status: 200 })
    expect(amys.web.sites.seen('/news')).toHaveLength(1)

    const first = await logIn()
    await ask(page, '/logout')
    await page.goto(APP)
    const second = await logIn()
    expect(second).not.toBe(first)
    expect(live()).toEqual([second])
    expect(amys.web.sites.seen('/login')).toMatchObject([{ status: 200 }, { status: 200 }])
  })
})
