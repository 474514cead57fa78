import { beforeEach, describe, expect, test } from 'vitest'
import { AmysWeb } from './amys-app.js'
import { forOlderBrowsers } from './sites.js'
import { ask, PATIENCE, withoutChromium } from './web.js'

describe.skipIf(withoutChromium())('in a browser, the token is kept from', { timeout: PATIENCE }, () => {
  const amys = AmysWeb.forTests()
  const json = { headers: { 'content-type': 'application/json' }, body: '{}' }

  beforeEach(() => amys.serve())

  /** Where Amy is logged in, a page that is none of the app's. */
  async function foreignPage(foreign: string, own: string) {
    await amys.web.visit(own)
    amys.web.sites.serve((_request, response) => response.setHeader('content-type', 'text/html').end(), foreign)
    return amys.web.visit(foreign)
  }

  test.each([
    ['http://app.test', 'with nothing', {}],
    ['https://app.test', 'with nothing', {}],
    ['https://app.test', 'with cookies', { credentials: 'include' }],
    ['https://app.test', 'with cookies and JSON', { credentials: 'include', ...json }],
  ] as const)('a sandboxed frame on the app’s own page: on %s, %s', async (origin, _name, init) => {
    const page = await amys.web.visit(origin)
    await page.setContent('<iframe sandbox="allow-scripts" srcdoc="An advertisement"></iframe>')
    const [, frame = page] = page.frames()
    expect(await ask(frame, '/chat/token', { method: 'POST', ...init })).toBe('blocked')
    expect(amys.seen()).toMatchObject([{ headers: { origin: 'null' }, status: 403 }])
    expect(amys.calls()).toEqual([])
  })

  test.each([
    ['of another site', 'https://foreign.test', 'https://app.test', {}],
    ['of another site, where nobody has TLS', 'http://foreign.test', 'http://app.test', {}],
    ['of another name of this machine', 'http://127.0.0.1:5173', 'http://localhost', {}],
    ['of the same host without TLS', 'http://app.test', 'https://app.test', {}],
    ['of a site beside it, with the cookie', 'https://blog.app.test', 'https://app.test', { cookie: 'user=amy' }],
    ['of another port, with the cookie', 'http://localhost:5173', 'http://localhost', { cookie: 'user=amy' }],
  ])('a page %s: %s', async (_name, foreign, own, cookie) => {
    const page = await foreignPage(foreign, own)
    const url = `${own}/chat/token`
    expect(await ask(page, url, { method: 'POST', credentials: 'include' })).toBe('blocked')
    expect(await ask(page, url, { method: 'POST', credentials: 'include', ...json })).toBe('blocked')
    // Before it sends JSON, the browser asks whether it may.
    expect(amys.seen()).toMatchObject([
      { request: `POST ${url}`, headers: { origin: foreign, ...cookie }, status: 403 },
      { request: `OPTIONS ${url}`, headers: { origin: foreign }, status: 403 },
    ])
    expect(amys.calls()).toEqual([])
  })

  test('a page of the same host without TLS, also when the browser does not tell where a request comes from', async () => {
    amys.web.sites.serve(forOlderBrowsers(amys.app().app), 'https://app.test')
    const page = await foreignPage('http://app.test', 'https://app.test')
    expect(await ask(page, 'https://app.test/chat/token')).toBe('blocked')
    const headers = { origin: 'http://app.test', host: 'app.test' }
    expect(amys.seen()).toMatchObject([{ headers, status: 403 }])
    expect(amys.calls()).toEqual([])
  })

  test.each([
    ['application/x-www-form-urlencoded', 'https://foreign.test', 'https://app.test'],
    ['text/plain', 'https://foreign.test', 'https://app.test'],
    ['text/plain', 'http://foreign.test', 'http://app.test'],
    ['text/plain', 'http://app.test', 'https://app.test'],
  ])('whom a form sends there with the cookie: %s from %s to %s', async (type, foreign, own) => {
    const page = await foreignPage(foreign, own)
    const url = `${own}/chat/token`
    await page.setContent(`<form method="post" enctype="${type}" action="${url}"><button>Win</button></form>`)
    await page.getByRole('button').click()
    await page.waitForURL(url)
    const headers = { 'content-type': type, origin: foreign, cookie: 'user=amy' }
    expect(amys.seen()).toMatchObject([{ request: `POST ${url}`, headers, status: 403 }])
    expect(await page.textContent('body')).toContain('FOREIGN_ORIGIN')
    expect(amys.calls()).toEqual([])
  })
})
