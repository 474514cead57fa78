import { assign, ChatTokenError, issue } from '@imkit-auth/core'
import { eventually, World } from '@imkit-auth/testkit'
import { Agent, type Dispatcher } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const AMY = { id: 'amy', nickname: 'Amy' }
const LOGIN = 'POST /admin/clients'
const REVOKE = 'DELETE /admin/clients/*/token'
/** In a month, on a full second: `2030-01-01T00:00:00`. */
const MONTH = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 19)
const LATER = `${MONTH}Z`

let world: World
beforeEach(async () => {
  world = await World.create()
})
afterEach(() => world.end())

/** Answers the next login with exactly this. */
const answerLogin = (status: number, body: unknown, headers = {}) =>
  world.emulator.fault({ match: LOGIN, kind: 'status', status, body, headers, times: 1 })
const provision = () => world.instance().tokens.provision(AMY)
const failure = async (attempt: Promise<unknown> = provision()) => {
  const error: unknown = await attempt.then(() => undefined).catch((reason: unknown) => reason)
  if (!(error instanceof ChatTokenError)) throw new Error(`expected a ChatTokenError, got ${String(error)}`)
  return error
}

describe('an answer is understood', () => {
  const client = { _id: 'amy', token: 'the-token', expirationDate: LATER }

  test.each([
    ['bare', client],
    ['in an envelope', { RC: 0, RM: 'OK', result: client }],
    ['with id in place of _id', { id: 'amy', token: 'the-token', expirationDate: LATER }],
  ])('%s', async (_name, body) => {
    answerLogin(200, body)
    expect((await provision()).token).toBe('the-token')
  })

  test.each([
    [`${MONTH}Z`, `${MONTH}.000Z`],
    [`${MONTH}.123Z`, `${MONTH}.123Z`],
    [`${MONTH}+00:00`, `${MONTH}.000Z`],
    [MONTH, `${MONTH}.000Z`],
    [MONTH.slice(0, 10), `${MONTH.slice(0, 10)}T00:00:00.000Z`],
  ])('with expirationDate %s', async (expirationDate, expected) => {
    answerLogin(200, { ...client, expirationDate })
    expect((await provision()).expirationDate).toBe(expected)
  })

  test.each([
    ['another user', { ...client, _id: 'bob' }],
    ['no user', { token: 'the-token', expirationDate: LATER }],
    ['no token', { _id: 'amy', expirationDate: LATER }],
    ['an empty token', { ...client, token: '' }],
    ['a token with a line break', { ...client, token: 'a\r\nb' }],
    ['no expirationDate', { _id: 'amy', token: 'the-token' }],
    ['a numeric expirationDate', { ...client, expirationDate: 32_472_144_000_000 }],
    ['a senseless expirationDate', { ...client, expirationDate: 'soon' }],
    ['HTML', '<html>Welcome</html>'],
    ['nothing', ''],
    ['half of it', '{"_id": "amy", "tok'],
    ['a list', [client]],
  ])('as unusable with %s, and nothing of it is kept', async (_name, body) => {
    answerLogin(200, body)
    const { tokens } = world.instance()
    expect(await failure(tokens.provision(AMY))).toMatchObject({ code: 'UNAVAILABLE', ambiguous: true })
    expect(await tokens.current('amy')).toBeUndefined()
  })

  test('as unusable when it is far too large', async () => {
    answerLogin(200, { ...client, padding: 'x'.repeat(70_000) })
    expect(await failure()).toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('an error is told by its code and status, in every dialect', () => {
  test.each([
    ['error code', 409, { error: 'USER_EXISTS', message: 'x' }, 'USER_EXISTS'],
    ['error object', 409, { RC: 409, RM: 'x', error: { code: 'USER_EXISTS', message: 'x' } }, 'USER_EXISTS'],
    ['RC only', 401, { RC: 401, RM: 'x' }, 'UNAUTHORIZED'],
    ['reference service', 400, { message: 'x', error: { name: 'Error', message: 'x', status: 400 } }, 'REJECTED'],
    ['HTML of a proxy', 502, '<h1>Bad Gateway</h1>', 'UNAVAILABLE'],
    ['RC on HTTP 200', 200, { RC: 403, RM: 'x' }, 'UNAUTHORIZED'],
    ['unknown RC on HTTP 200', 200, { RC: 7, RM: 'x' }, 'UNAVAILABLE'],
    ['403', 403, { error: 'INSUFFICIENT_PERMISSIONS' }, 'UNAUTHORIZED'],
    ['400', 400, { error: 'INVALID_REQUEST' }, 'REJECTED'],
    ['429', 429, { error: 'RATE_LIMIT_EXCEEDED', retryAfter: 17 }, 'RATE_LIMITED'],
    ['empty 500', 500, '', 'UNAVAILABLE'],
  ])('%s', async (_name, status, body, code) => {
    answerLogin(status, body)
    expect((await failure()).code).toBe(code)
  })

  test.each([
    [{ retryAfter: 17 }, {}, 17],
    [{}, { 'Retry-After': '20' }, 20],
    [{}, {}, 60],
    [{ retryAfter: 1e9 }, {}, 60],
    [{ retryAfter: 4_000 }, {}, 300],
  ])('429 with %j and headers %j waits %d s', async (body, headers, seconds) => {
    answerLogin(429, { error: 'RATE_LIMIT_EXCEEDED', ...body }, headers)
    expect((await failure()).retryAfter).toBe(seconds)
  })

  test('and never quotes what the server sent', async () => {
    answerLogin(400, { error: 'INVALID_REQUEST', message: `your key ${world.emulator.apiKey} is funny` })
    const error = await failure()
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain(world.emulator.apiKey)
    expect(error.cause).toBeUndefined()
  })

  test('a redirect is refused, not followed', async () => {
    answerLogin(302, '', { location: `${world.emulator.url}/elsewhere` })
    expect(await failure()).toMatchObject({ code: 'MISCONFIGURED', message: expect.stringContaining('serverUrl') })
    expect(world.emulator.requests()).toHaveLength(1)
  })
})

describe('a failed call is repeated', () => {
  // Two waits before a repeat can fill the deadline of these tests.
  const patient = { deadline: 3_000 }
  const mint = () => ({ token: `minted-${Math.random()}`, expiresAt: Date.now() + 3_600_000 })
  const status = (code: number, times: number) =>
    world.emulator.fault({ match: LOGIN, kind: 'status', status: code, times })

  test('when the server certainly did not act', async () => {
    status(503, 2)
    await world.instance(patient).tokens.provision(AMY)
    expect(world.calls(LOGIN)).toBe(3)
  })

  test('at most twice', async () => {
    status(503, 5)
    await failure(world.instance(patient).tokens.provision(AMY))
    expect(world.calls(LOGIN)).toBe(3)
  })

  test('never for an issue that the server may have acted on', async () => {
    status(500, 1)
    expect(await failure()).toMatchObject({ ambiguous: true })
    expect(world.calls(LOGIN)).toBe(1)
  })

  test('with the very same token for an assign that the server may have acted on', async () => {
    world.emulator.fault({ match: LOGIN, kind: 'reset-after-acting', times: 2 })
    const { token } = await world.instance({ mode: assign({ mint }), ...patient }).tokens.provision(AMY)
    expect(world.calls(LOGIN)).toBe(3)
    expect(world.live('amy')).toEqual([token])
  })

  test('never past the deadline', async () => {
    world.emulator.fault({ match: LOGIN, kind: 'hang' })
    const started = performance.now()
    expect(await failure()).toMatchObject({ code: 'UNAVAILABLE' })
    // The deadline of these tests is 300 ms.
    expect(performance.now() - started).toBeLessThan(400)
  })

  test('for at most a tenth of all calls, beyond the first ten', async () => {
    const { tokens } = world.instance({ deadline: 3_000 })
    for (let i = 0; i < 200; i++) {
      if (i % 2 === 0) status(503, 1)
      await tokens.provision({ id: `user ${i}` }).catch(() => {})
    }
    const retries = world.calls(LOGIN) - 200
    expect(retries).toBeLessThanOrEqual(10 + 20)
    expect(retries).toBeGreaterThan(10 + 15)
  })

  test('not when the server says to slow down for longer than the deadline', async () => {
    answerLogin(429, { error: 'RATE_LIMIT_EXCEEDED', retryAfter: 5 })
    await failure()
    expect(world.calls(LOGIN)).toBe(1)
  })
})

/** Stalls the process when an answer has come and nobody has looked at it: no timer and no abort signal runs then. */
class StallingAgent extends Agent {
  override async request(options: Dispatcher.RequestOptions): Promise<never> {
    const answer = await super.request(options)
    const until = performance.now() + 400
    while (performance.now() < until);
    return answer as never
  }
}

describe('a process that stalls past the deadline', () => {
  test('does not use the answer that came meanwhile, and leaves no token behind', async () => {
    const stalling = world.instance({ dispatcher: new StallingAgent() })
    expect(await failure(stalling.tokens.provision(AMY))).toMatchObject({ code: 'UNAVAILABLE', ambiguous: true })
    expect(world.live('amy')).toHaveLength(1)
    const { tokens } = world.instance()
    await tokens.revoke('amy')
    world.emulator.advance(10_000)
    await eventually(() => expect(world.live('amy')).toEqual([]))
  })
})

describe('a server that cannot be reached', () => {
  test('fails plainly: nothing can have happened there', async () => {
    await world.emulator.accept(false)
    expect(await failure()).toMatchObject({ code: 'UNAVAILABLE', retryable: true, ambiguous: false })
  })
})

describe('a user id', () => {
  test.each(['a/b', 'a?b', 'a#b', 'a b', '%', '%zz', 'ü', '🦊', '__proto__', 'a\\b', '...'])(
    '%j addresses that user and nobody else',
    async (id) => {
      const { tokens } = world.instance()
      const { token } = await tokens.provision({ id, nickname: 'x' })
      expect(world.live(id)).toEqual([token])
      expect(await tokens.revoke(id)).toBe('confirmed')
      expect(world.live(id)).toEqual([])
      expect(world.emulator.requests().at(-1)?.path).toBe(`/admin/clients/${encodeURIComponent(id)}/token`)
    },
  )

  test.each([
    ['', 'empty'],
    ['.', '"."'],
    ['..', '"."'],
    ['a\0b', 'control characters'],
    ['a\r\nb', 'control characters'],
    ['\ud800', 'well-formed'],
    ['x'.repeat(257), '256 bytes'],
    ['ü'.repeat(129), '256 bytes'],
    [4.2, 'text or a whole number'],
    [null, 'null'],
  ])('%j is refused before anything is sent', async (id, hint) => {
    const { tokens } = world.instance()
    const user = { id: id as string, nickname: 'x' }
    for (const attempt of [tokens.provision(user), tokens.revoke(user.id), tokens.current(user.id)]) {
      expect(await failure(attempt)).toMatchObject({ code: 'INVALID_USER', message: expect.stringContaining(hint) })
    }
    expect(world.emulator.requests()).toEqual([])
  })
})

describe('on a server that answers 409 for users it has', () => {
  beforeEach(async () => {
    await world.end()
    world = await World.create({ conflictOnExisting: true })
    await world.instance().tokens.provision(AMY)
  })
  const fresh = (mode = issue()) => world.instance({ mode, namespace: 'another process' }).tokens
  const mint = (token: string) => () => ({ token, expiresAt: Date.now() + 3_600_000 })

  test('issue() says what to do', async () => {
    expect(await failure(fresh().provision(AMY))).toMatchObject({
      code: 'USER_EXISTS',
      message: expect.stringContaining('fallback'),
    })
  })

  test('issue({ fallback }) goes on with the minted token', async () => {
    const { token } = await fresh(issue({ fallback: assign({ mint: mint('minted') }) })).provision(AMY)
    expect(token).toBe('minted')
    expect(world.live('amy')).toContain('minted')
  })

  test('assign() updates the token', async () => {
    await fresh(assign({ mint: mint('minted') })).provision(AMY)
    expect(world.live('amy')).toContain('minted')
    expect(world.calls('PUT /admin/clients/amy/token')).toBe(1)
  })

  test('assign() creates the user again when it has gone in between', async () => {
    world.emulator.fault({
      match: 'PUT /admin/clients/*/token',
      kind: 'status',
      status: 404,
      body: { error: 'CLIENT_NOT_FOUND' },
    })
    world.emulator.fault({ match: LOGIN, kind: 'status', status: 409, body: { error: 'USER_EXISTS' }, times: 1 })
    await failure(fresh(assign({ mint: mint('minted') })).provision(AMY))
    const seen = world.emulator.requests().map(({ method, path }) => `${method} ${path}`)
    expect(seen.slice(-3)).toEqual([LOGIN, 'PUT /admin/clients/amy/token', LOGIN])
  })

  test('assign() mints once more when the token is somebody else’s', async () => {
    const names = ['taken', 'free']
    await fresh(assign({ mint: mint('taken') })).provision({ id: 'bob' })
    const minting = () => mint(names.shift() ?? 'none')()
    const { token } = await fresh(assign({ mint: minting })).provision({ id: 'cleo' })
    expect(token).toBe('free')
  })

  test('assign() gives up when that token is taken as well', async () => {
    await fresh(assign({ mint: mint('taken') })).provision({ id: 'bob' })
    const again = fresh(assign({ mint: mint('taken') })).provision({ id: 'cleo' })
    expect(await failure(again)).toMatchObject({ code: 'TOKEN_CONFLICT' })
  })
})

describe('a revocation', () => {
  test.each([
    ['CLIENT_NOT_FOUND', { error: 'CLIENT_NOT_FOUND' }],
    ['TOKEN_NOT_FOUND', { RC: 404, RM: 'x', error: { code: 'TOKEN_NOT_FOUND', message: 'x' } }],
  ])('is done already when the server says %s', async (_code, body) => {
    const { tokens } = world.instance()
    await tokens.provision(AMY)
    world.emulator.fault({ match: REVOKE, kind: 'status', status: 404, body, times: 1 })
    expect(await tokens.revoke('amy')).toBe('confirmed')
  })

  test('asks for one token by name, never for all by accident', async () => {
    const { tokens } = world.instance()
    await tokens.provision(AMY)
    await tokens.revoke('amy')
    expect(world.emulator.requests().at(-1)?.body).toHaveProperty('token')
  })
})
