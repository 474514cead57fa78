import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { assign, ChatTokenError, createChatTokens, type ChatTokens } from '@imkit-auth/core'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

/** Every byte that arrived, as text. */
let received: string
let server: Server
let tokens: ChatTokens

beforeEach(async () => {
  received = ''
  // Not an HTTP server: nothing normalises what is written here. It has every user already.
  server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      // undici writes a small request at once, and the next one only after the answer.
      received += `\r\n${chunk.toString('latin1')}`
      const posted = chunk.toString('latin1').startsWith('POST')
      const [status, body] = posted ? ['409 Conflict', '{"error":"USER_EXISTS"}'] : ['200 OK', '{"revokedTokens":1}']
      socket.write(`HTTP/1.1 ${status}\r\ncontent-length: ${body?.length}\r\n\r\n${body}`)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  let minted = 0
  tokens = createChatTokens({
    serverUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`,
    apiKey: 'key',
    mode: assign({ mint: ({ now }) => ({ token: `e.e.${++minted}`, expiresAt: now + 3_600_000 }) }),
    requestsPerMinute: Infinity,
    logger: { warn() {} },
  })
})
afterEach(async () => {
  await tokens.close({ withinMs: 0 })
  server.close()
})

const requestLines = () => received.split('\r\n').filter((line) => line.endsWith(' HTTP/1.1'))

/** Everything that puts an id on the wire: a login, which goes on with PUT, a logout, and one everywhere. */
async function everyCall(id: unknown): Promise<unknown[]> {
  const user = { id: id as string }
  const calls = [
    () => tokens.provision(user),
    () => tokens.revoke(user.id),
    () => tokens.revokeEverywhere(user.id),
    () => tokens.updateProfile(user),
  ]
  const outcomes: unknown[] = []
  for (const call of calls) outcomes.push(await call().catch((error: unknown) => error))
  return outcomes
}

const path = (id: string) => `/base/admin/clients/${encodeURIComponent(id)}/token`

describe('on the raw request line', () => {
  test.each([
    ['a slash', 'a/b'],
    ['a query', 'a?b=c'],
    ['a fragment', 'a#b'],
    ['a backslash', 'a\\b'],
    ['half a percent sequence', '100%'],
    ['a semicolon', 'a;b=c'],
    ['a space', 'a b HTTP/1.1'],
    ['three dots', '...'],
    ['a prototype', '__proto__'],
    ['a constructor', 'constructor'],
    ['an emoji', '🦊'],
    ['a full-width dot', '．．'],
    ['256 bytes', 'x'.repeat(256)],
  ])('%s is that user and nobody else', async (_name, id) => {
    await everyCall(id)
    expect(new Set(requestLines())).toEqual(
      new Set(['POST /base/admin/clients HTTP/1.1', `PUT ${path(id)} HTTP/1.1`, `DELETE ${path(id)} HTTP/1.1`]),
    )
    expect(requestLines()).toHaveLength(received.match(/im-api-key: key/gi)?.length ?? 0)
  })

  test.each([
    ['nothing', ''],
    ['a dot', '.'],
    ['two dots', '..'],
    ['a climb', '../x'],
    ['a long climb', '../../admin/token'],
    ['an encoded climb', '%2e%2e'],
    ['an encoded slash', 'a%2Fb'],
    ['an encoded line break', 'a%0d%0aX: y'],
    ['NUL', 'a\0b'],
    ['CR LF', 'a\r\nim-api-key: stolen'],
    ['a lone high surrogate', 'a\ud800'],
    ['a lone low surrogate', '\udc00b'],
    ['10 KB', 'x'.repeat(10_240)],
    ['257 bytes', 'ü'.repeat(128) + 'x'],
    ['NaN', Number.NaN],
    ['half a number', 1.5],
    ['a number that no double has', 2 ** 53],
    ['infinity', Infinity],
    ['undefined', undefined],
    ['undefined as text', 'undefined'],
    ['null as text', 'null'],
    ['NaN as text', 'NaN'],
    ['an object as text', '[object Object]'],
    ['true', true],
    ['a symbol', Symbol('amy')],
    ['null', null],
    ['an object', { toString: () => 'amy' }],
    ['a list', ['amy']],
  ])('%s never gets there', async (_name, id) => {
    const outcomes = await everyCall(id)
    for (const outcome of outcomes) expect(outcome).toMatchObject({ code: 'INVALID_USER' })
    expect(received).toBe('')
  })

  test('any text is that user and nobody else, or is refused', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (id) => {
        received = ''
        const [login] = await everyCall(id)
        const refused = login instanceof ChatTokenError && login.code === 'INVALID_USER'
        const allowed = refused ? [] : ['POST /base/admin/clients', `PUT ${path(id)}`, `DELETE ${path(id)}`]
        for (const line of requestLines()) expect(allowed).toContain(line.replace(' HTTP/1.1', ''))
        expect(requestLines().length > 0).toBe(!refused)
      }),
      { numRuns: 300 },
    )
  })
})
