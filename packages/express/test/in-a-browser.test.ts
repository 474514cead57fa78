import { once } from 'node:events'
import { createSecureServer, type IncomingHttpHeaders, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { ChatHandler } from '@imkit-auth/core'
import { describe, expect, test } from 'vitest'
import { AMY, AmysWeb, credentialsIn, OWN } from './amys-app.js'
import { selfSigned } from './certificate.js'
import { forOlderBrowsers, withoutFetchMetadata } from './sites.js'
import { ask, PATIENCE, withoutChromium } from './web.js'

describe.skipIf(withoutChromium())('in a browser', { timeout: PATIENCE }, () => {
  const amys = AmysWeb.forTests()

  describe('the app’s own page fetches the token', () => {
    test.each(OWN)('from %s', async (origin) => {
      amys.serve()
      const page = await amys.web.visit(origin)
      const { token } = credentialsIn(await ask(page, '/chat/token'))
      expect(amys.world.live('amy')).toEqual([token])
      // With http, browsers tell where a request comes from on this machine only: elsewhere, origin and host decide.
      const site = origin === 'http://localhost' || origin.startsWith('https:') ? 'same-origin' : undefined
      const [seen] = amys.seen()
      expect([seen?.headers.origin, seen?.headers['sec-fetch-site']]).toEqual([origin, site])
    })

    test('with a browser that never tells', async () => {
      amys.web.sites.serve(forOlderBrowsers(amys.app().app), 'https://app.test')
      credentialsIn(await ask(await amys.web.visit('https://app.test'), '/chat/token'))
    })

    test('with JSON, and without a referrer', async () => {
      amys.serve()
      const page = await amys.web.visit('https://app.test')
      const headers = { 'content-type': 'application/json' }
      const fetchToken = async (body: object) => {
        const init = { method: 'POST', referrerPolicy: 'no-referrer', headers, body: JSON.stringify(body) } as const
        return credentialsIn(await ask(page, '/chat/token', init)).token
      }
      const token = await fetchToken({})
      expect(await fetchToken({ invalid: token })).not.toBe(token)
    })

    test.each([
      ['as Chromium asks', (headers: IncomingHttpHeaders) => headers],
      ['with a browser that never tells where a request comes from', withoutFetchMetadata],
    ])('over HTTP/2, which has :authority instead of Host: %s', async (_name, sent) => {
      const handler = new ChatHandler<null>(amys.tokens, { identify: () => AMY })
      const asked: IncomingHttpHeaders[] = []
      const server = createSecureServer({ ...selfSigned('app.test'), allowHTTP1: false }, (request, response) => {
        const { method, headers } = request
        if (method !== 'POST') {
          response.setHeader('content-type', 'text/html')
          response.end('<!doctype html>')
          return
        }
        asked.push({ ...headers })
        const answered = handler.token(null, { method, headers: sent(headers), body: undefined, stream: request })
        void answered.then(({ status, headers: answer, body }) =>
          response.writeHead(status, answer).end(JSON.stringify(body)),
        )
      })
      const sessions: ServerHttp2Session[] = []
      server.on('session', (session) => sessions.push(session))
      await once(server.listen(0, '127.0.0.1'), 'listening')
      try {
        const host = `app.test:${(server.address() as AddressInfo).port}`
        credentialsIn(await ask(await amys.web.visit(`https://${host}`), '/chat/token'))
        expect(asked).toMatchObject([{ ':authority': host, ':scheme': 'https', origin: `https://${host}` }])
        expect(asked[0]).not.toHaveProperty('host')
      } finally {
        for (const session of sessions) session.destroy()
        server.close()
      }
    })
  })

  describe('a page of a listed origin', () => {
    const ownHeaders = {
      'content-type': 'application/json',
      'x-csrf-token': 'abc',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    }

    // Chromium keeps the cookie from other sites by itself here.
    test.each([
      ['with her authorization', 'https://spa.test', 'https://app.test', 'Bearer amy'],
      ['with her authorization', 'http://127.0.0.1:5173', 'http://localhost', 'Bearer amy'],
      ['with her cookie', 'https://www.app.test', 'https://app.test', 'Bearer of-the-app'],
      ['with her cookie', 'http://localhost:5173', 'http://localhost', 'Bearer of-the-app'],
    ])('fetches the token, and reads when to come back, %s: from %s at %s', async (_name, spa, own, authorization) => {
      amys.serve({ origins: [spa] })
      await amys.web.visit(own)
      const page = await amys.web.visit(spa)
      const url = `${own}/chat/token`
      const headers = { ...ownHeaders, authorization }
      const fetchToken = (body: object) =>
        ask(page, url, { method: 'POST', credentials: 'include', headers, body: JSON.stringify(body) })

      const first = credentialsIn(await fetchToken({}))
      expect(first.expiresIn).toBeGreaterThan(86_400)
      const second = credentialsIn(await fetchToken({ invalid: first.token }))
      expect(second.token).not.toBe(first.token)
      expect(await fetchToken({ invalid: second.token })).toMatchObject({
        status: 429,
        headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
        text: expect.stringContaining('RENEWED_TOO_OFTEN'),
      })

      const [preflight, request] = amys.seen()
      const names = 'authorization,content-type,traceparent,x-csrf-token'
      expect(preflight).toMatchObject({ request: `OPTIONS ${url}`, status: 204 })
      expect(preflight?.headers).toMatchObject({ origin: spa, 'access-control-request-headers': names })
      expect(preflight?.headers).not.toHaveProperty('cookie')
      expect(request).toMatchObject({ request: `POST ${url}`, headers: { origin: spa, ...headers } })
    })

    test('sends only those headers that allowedHeaders names', async () => {
      amys.serve({ origins: ['https://www.app.test'], allowedHeaders: ['x-csrf-token'] })
      await amys.web.visit('https://app.test')
      const page = await amys.web.visit('https://www.app.test')
      const fetchToken = (headers: Record<string, string>) =>
        ask(page, 'https://app.test/chat/token', { method: 'POST', credentials: 'include', headers })

      expect(await fetchToken({ authorization: 'Bearer amy' })).toBe('blocked')
      expect(amys.seen()).toMatchObject([{ request: 'OPTIONS https://app.test/chat/token', status: 204 }])
      expect(amys.calls()).toEqual([])
      credentialsIn(await fetchToken({ 'x-csrf-token': 'abc' }))
    })
  })
})
