import { tokenDigest } from '@imkit-auth/core'
import { type TokenCheck, verifyWith } from '@imkit-auth/auth-service'
import { describe, expect, test } from 'vitest'
import { AMY, serviceOf } from './service.js'

const TOKEN = 'the-session-id-of-amy'

const asking = (check: TokenCheck) => serviceOf({ verifier: verifyWith(check) })
/** What an app in JavaScript may answer, whatever our types say. */
const answering = (user: unknown) => asking(async () => user as Awaited<ReturnType<TokenCheck>>)

describe('the app’s own check', () => {
  test('is given the token as it came, and says who the user is', async () => {
    const asked: string[] = []
    const { verify, events } = await asking((token) => {
      asked.push(token)
      return AMY
    })
    const { status, json } = await verify(` ${TOKEN}\u{1F511}`)
    expect([status, json]).toEqual([200, AMY])
    expect(asked).toEqual([` ${TOKEN}\u{1F511}`])
    expect(events).toEqual([{ type: 'verified', token: tokenDigest(` ${TOKEN}\u{1F511}`) }])
  })

  test('may say null for what its database does not have', async () => {
    const { verify } = await serviceOf({
      verifier: verifyWith(() => ({ id: 'amy', nickname: null, avatarUrl: null })),
    })
    expect((await verify('any')).json).toEqual({ id: 'amy' })
  })

  test('may know no more than the id', async () => {
    const { verify } = await answering({ id: 'amy' })
    expect((await verify(TOKEN)).json).toEqual({ id: 'amy' })
  })

  test('tells the chat server nothing else that the app knows of the user', async () => {
    const user = { ...AMY, passwordHash: 'hash-of-amy', email: 'amy@app.example' }
    expect(await verifyWith(() => user).verify(TOKEN)).toEqual({ user: AMY })
    const { verify, events } = await answering(user)
    const { status, json } = await verify(TOKEN)
    expect([status, json]).toEqual([200, AMY])
    expect(JSON.stringify(events)).not.toMatch(/hash-of-amy|amy@app/)
  })

  test.each([null, undefined, false, '', 0])('refuses a token when it answers %j', async (nobody) => {
    const { verify, events } = await answering(nobody)
    const { status, json, headers } = await verify(TOKEN)
    expect(status).toBe(401)
    expect(json).toEqual({
      message: 'The token is not valid.',
      error: { name: 'UnauthorizedError', message: 'The token is not valid.', status: 401 },
    })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(events).toEqual([{ type: 'refused', token: tokenDigest(TOKEN), why: 'the app does not know it' }])
  })

  test.each<[string, TokenCheck]>([
    ['rejects', async (token) => Promise.reject(new Error(`SELECT … WHERE token = '${token}' timed out`))],
    [
      'throws at once',
      (token) => {
        throw new TypeError(`${token} is not a session`)
      },
    ],
    ['rejects with a text', async (token) => Promise.reject(token)],
  ])('lets nobody in when it %s, and what it says stays inside', async (_, check) => {
    const { verify, events } = await asking(check)
    const { status, json, headers, text } = await verify(TOKEN)
    expect(status).toBe(503)
    expect(headers.get('retry-after')).toBe('5')
    expect(json.error).toEqual({ name: 'ServiceUnavailableError', message: json.message, status: 503 })
    expect(events).toEqual([{ type: 'unavailable', why: expect.stringContaining('verifyWith() threw') }])
    expect(text + JSON.stringify([...headers, events])).not.toMatch(/the-session-id|SELECT|is not a session/)
  })

  test.each<[string, unknown, RegExp]>([
    ['half a number', { id: 7.5 }, /must be text or a whole number, not 7\.5/],
    ['missing', { nickname: 'Amy' }, /must be text or a whole number, not undefined/],
    ['empty', { id: '' }, /must not be empty/],
    ['".."', { id: '..' }, /must not be "\."/],
    ['of 300 bytes', { id: 'é'.repeat(150) }, /at most 256 bytes/],
    ['a text with a control character', { id: 'amy\u{0}' }, /control characters/],
    ['in no object', 'amy', /must be an object/],
  ])('refuses a user whose id is %s, and its events say why', async (_, user, why) => {
    const { verify, events } = await answering(user)
    const { status, json } = await verify(TOKEN)
    expect([status, json.message]).toEqual([401, 'The token is not valid.'])
    expect(events).toEqual([{ type: 'refused', token: tokenDigest(TOKEN), why: expect.stringMatching(why) }])
  })

  test('takes a user as a database has them', async () => {
    const { verify } = await answering({ id: 7, nickname: null, avatarUrl: { href: 'no text' } })
    expect(await verify(TOKEN)).toMatchObject({ status: 200, json: { id: '7' } })
  })

  test('refuses a user who cannot be read', async () => {
    const { verify, events } = await answering({
      get id() {
        throw new Error(`no id for ${TOKEN}`)
      },
    })
    expect((await verify(TOKEN)).status).toBe(401)
    expect(JSON.stringify(events)).not.toContain(TOKEN)
  })

  test('may take its time about one token while it answers for others', async () => {
    let answer = () => {}
    const slow = new Promise<null>((resolve) => (answer = () => resolve(null)))
    const { verify } = await asking((token) => (token === 'slow' ? slow : AMY))
    const first = verify('slow')
    const others = await Promise.all(Array.from({ length: 20 }, () => verify(TOKEN)))
    expect(others.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    answer()
    expect((await first).status).toBe(401)
  })

  test('is asked every time', async () => {
    let session: typeof AMY | null = AMY
    const { verify } = await asking(() => session)
    expect((await verify(TOKEN)).status).toBe(200)
    session = null
    expect((await verify(TOKEN)).status).toBe(401)
  })

  test('is always ready, and has no keys to show', async () => {
    const { call } = await asking(() => null)
    expect((await call('GET', '/readyz')).status).toBe(200)
    expect((await call('GET', '/.well-known/jwks.json')).status).toBe(404)
  })

  test.each([undefined, null, { check: () => null }])('must be a function, not %j', (check) => {
    expect(() => verifyWith(check as unknown as TokenCheck)).toThrow(/verifyWith needs a function/)
  })
})
