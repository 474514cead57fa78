import { inspect } from 'node:util'
import {
  assign,
  ChatTokenError,
  type ChatTokenEvents,
  type ChatTokensOptions,
  createChatTokens,
  issue,
  memoryStore,
  type MintContext,
  type TokenStore,
} from '@imkit-auth/core'
import { eventually, World } from '@imkit-auth/testkit'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'

const AMY = { id: 'amy', nickname: 'Amy', avatarUrl: 'https://example.com/amy.png' }
const DAY = 86_400_000
const LOGIN = 'POST /admin/clients'

let world: World
beforeEach(async () => {
  world = await World.create()
})
afterEach(() => world.end())

const mint = ({ user, now }: MintContext) => ({ token: `${user.id}-${Math.random()}`, expiresAt: now + DAY })

describe('createChatTokens', () => {
  const right: ChatTokensOptions = { serverUrl: 'https://app.imkit.io', apiKey: 'the-key', mode: issue() }

  test.each<[string, object, RegExp]>([
    ['a missing serverUrl', { serverUrl: undefined }, /serverUrl.*environment/],
    ['a serverUrl that is none', { serverUrl: 'app.imkit.io' }, /serverUrl/],
    ['http beyond loopback', { serverUrl: 'http://app.imkit.io' }, /serverUrl.*https/],
    ['credentials in serverUrl', { serverUrl: 'https://a:b@app.imkit.io' }, /serverUrl/],
    ['a query in serverUrl', { serverUrl: 'https://app.imkit.io?x=1' }, /serverUrl/],
    ['a missing apiKey', { apiKey: undefined }, /apiKey.*environment/],
    ['an apiKey that breaks lines', { apiKey: 'secret\r\nkey' }, /apiKey/],
    ['an empty apiKey', { apiKey: '' }, /apiKey/],
    ['a clientKey that is none', { clientKey: 'a b' }, /clientKey/],
    ['a missing mode', { mode: undefined }, /mode/],
    ['an unknown scope', { scope: 'device' }, /scope/],
    ['a senseless deadline', { deadline: -1 }, /deadline/],
    ['a deadline longer than timers last', { deadline: 2 ** 31 }, /deadline/],
    ['a senseless renewBefore', { renewBefore: Number.NaN }, /renewBefore/],
  ])('names the option: %s', (_name, wrong, message) => {
    const attempt = () => createChatTokens({ ...right, ...wrong })
    expect(attempt).toThrow(TypeError)
    expect(attempt).toThrow(message)
    expect(attempt).not.toThrow(/secret/)
  })

  test('accepts loopback addresses over http and a path in front', async () => {
    for (const serverUrl of ['http://localhost:1', 'http://127.0.0.1:1', 'http://[::1]:1', 'https://x.example/chat/']) {
      await createChatTokens({ ...right, serverUrl }).close()
    }
  })

  test('names what modes are missing', () => {
    expect(() => assign({} as never)).toThrow(/mint/)
    expect(() => issue({ fallback: issue() })).toThrow(/fallback/)
  })

  test('asks an apiKey function before each call, and says so when it gives nothing', async () => {
    let key: string | undefined = world.emulator.apiKey
    const { tokens } = world.instance({ apiKey: () => key as string })
    await tokens.provision(AMY)
    key = undefined
    await expect(tokens.provision({ id: 'bob' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  })

  test('shows the key to nobody who looks at the object', () => {
    const { tokens } = world.instance()
    expect(inspect(tokens, { depth: null, showHidden: true })).not.toContain(world.emulator.apiKey)
    expect(JSON.stringify(tokens)).toBe('{}')
  })
})

describe('provision', () => {
  test('gives what a page needs, and no more', async () => {
    const { tokens } = world.instance({ clientKey: 'app-key' })
    const credentials = await tokens.provision(AMY)
    expect(credentials).toEqual({
      token: expect.any(String),
      expirationDate: expect.stringMatching(/^\d{4}-.*Z$/),
      expiresIn: expect.any(Number),
      userId: 'amy',
      serverUrl: world.emulator.url,
      clientKey: 'app-key',
    })
  })

  test('tells how long the token still works by the server’s clock: when it is new, kept, and at hand', async () => {
    let ahead = 0
    const { tokens } = world.instance({ now: () => world.emulator.now() + ahead })
    const first = await tokens.provision(AMY)
    const left = () => (Date.parse(first.expirationDate) - world.emulator.now() - ahead) / 1_000
    // Whole seconds, and the clock goes on.
    const expectLeft = ({ expiresIn = -1 } = {}) => expect(Math.abs(expiresIn + 0.5 - left())).toBeLessThan(1)
    expectLeft(first)
    ahead = 90_500
    expectLeft(await tokens.provision(AMY))
    expectLeft(await tokens.current('amy'))
  })

  test('gives everybody credentials of their own: who changes theirs changes no others', async () => {
    const { tokens } = world.instance()
    await tokens.provision(AMY)
    const mine = await tokens.provision(AMY)
    const same = { ...mine }
    Object.assign(mine, { token: 'mine', expirationDate: 'never', userId: 'me' })
    expect(await tokens.provision(AMY)).toEqual(same)
    expect(await tokens.current(AMY.id)).toEqual(same)
  })

  test('answers from the store until the token is due for renewal', async () => {
    const { tokens } = world.instance({ renewBefore: DAY })
    const first = await tokens.provision(AMY)
    world.emulator.advance(6 * DAY - 60_000)
    expect((await tokens.provision(AMY)).token).toBe(first.token)
    world.emulator.advance(60_000)
    expect((await tokens.provision(AMY)).token).not.toBe(first.token)
    expect(world.live('amy')).toContain(first.token)
  })

  test('renews no earlier than half of the token’s life', async () => {
    const { tokens } = world.instance({ mode: assign({ mint }), renewBefore: 7 * DAY })
    const first = await tokens.provision(AMY)
    world.emulator.advance(DAY / 2 - 60_000)
    expect((await tokens.provision(AMY)).token).toBe(first.token)
    world.emulator.advance(60_000)
    expect((await tokens.provision(AMY)).token).not.toBe(first.token)
  })

  test.each(['status', 'hang', 'reset-before'] as const)(
    'serves the still-valid token when a renewal fails (%s)',
    async (kind) => {
      const { tokens } = world.instance()
      const first = await tokens.provision(AMY)
      world.emulator.advance(6.5 * DAY)
      world.emulator.fault({ match: LOGIN, kind })
      expect((await tokens.provision(AMY)).token).toBe(first.token)
      world.emulator.advance(DAY)
      await expect(tokens.provision(AMY)).rejects.toMatchObject({ retryable: true })
    },
  )

  test('a logout during a failing renewal wins', async () => {
    const { tokens } = world.instance()
    await tokens.provision(AMY, { session: 's' })
    world.emulator.advance(6.5 * DAY)
    world.emulator.fault({ match: LOGIN, kind: 'hang' })
    const renewal = tokens.provision(AMY, { session: 's' }).catch((error: unknown) => error)
    await eventually(() => expect(world.calls(LOGIN)).toBe(2))
    await tokens.revoke('amy', { session: 's', waitMs: 0 })
    expect(await renewal).toMatchObject({ code: 'LOGGED_OUT' })
  })

  test('never returns a token past its expiry', async () => {
    const { tokens } = world.instance()
    await tokens.provision(AMY)
    await world.emulator.accept(false)
    world.emulator.advance(7 * DAY)
    await expect(tokens.provision(AMY)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await tokens.current('amy')).toBeUndefined()
  })

  test('refuses a user that is none', async () => {
    const { tokens } = world.instance()
    for (const user of [
      undefined,
      null,
      'amy',
      {},
      { id: undefined },
      { id: null },
      { id: Number.NaN },
      { id: 1.5 },
      { id: {} },
      { id: ['amy'] },
    ]) {
      await expect(tokens.provision(user as never)).rejects.toMatchObject({ code: 'INVALID_USER' })
    }
  })
})

describe('a changed profile', () => {
  const profile = () => world.emulator.clients().find(({ _id }) => _id === 'amy')

  test('reaches the chat server at the next login, and is not sent twice', async () => {
    const { tokens } = world.instance()
    const { token } = await tokens.login(AMY)
    expect((await tokens.login({ ...AMY, nickname: 'Amelia' })).token).toBe(token)
    await eventually(() => expect(profile()).toMatchObject({ nickname: 'Amelia', avatarUrl: AMY.avatarUrl }))
    await tokens.login({ ...AMY, nickname: 'Amelia' })
    await tokens.login({ id: 'amy' })
    await tokens.close()
    expect(world.calls(LOGIN)).toBe(2)
  })

  test('is left alone by a page that only asks for its token', async () => {
    const { tokens } = world.instance()
    await tokens.provision(AMY)
    await tokens.provision({ ...AMY, nickname: 'Old name in an old session' })
    await tokens.close()
    expect(profile()).toMatchObject({ nickname: 'Amy' })
  })

  test('that the chat server refuses is not sent again at every login', async () => {
    const { tokens } = world.instance()
    const updated: object[] = []
    tokens.on('profileUpdated', (event) => updated.push(event))
    await tokens.login(AMY)
    world.emulator.fault({ match: LOGIN, kind: 'status', status: 400, times: 1 })
    for (let login = 0; login < 3; login++) {
      await tokens.login({ ...AMY, nickname: 'Amelia' })
      await eventually(() => expect(world.calls(LOGIN)).toBe(2))
    }
    await tokens.close()
    expect(world.calls(LOGIN)).toBe(2)
    expect(updated).toEqual([])
  })

  test('is tried again at the next login when it did not get through, and fails no login', async () => {
    const { tokens } = world.instance()
    await tokens.login(AMY)
    await world.emulator.accept(false)
    await tokens.login({ ...AMY, nickname: 'Amelia' })
    await world.emulator.accept(true)
    await eventually(async () => {
      await tokens.login({ ...AMY, nickname: 'Amelia' })
      expect(profile()).toMatchObject({ nickname: 'Amelia' })
    })
  })
})

describe('reportInvalid', () => {
  test('replaces the current token, once in 30 seconds', async () => {
    const { tokens } = world.instance()
    const first = await tokens.provision(AMY)
    await tokens.reportInvalid('amy', 'some other token')
    expect((await tokens.provision(AMY)).token).toBe(first.token)
    await tokens.reportInvalid('amy', first.token)
    const second = await tokens.provision(AMY)
    expect(second.token).not.toBe(first.token)
    await eventually(() => expect(world.live('amy')).toEqual([second.token]))
    world.emulator.advance(20_000)
    const tooOften = tokens.reportInvalid('amy', second.token)
    await expect(tooOften).rejects.toMatchObject({ code: 'RENEWED_TOO_OFTEN', retryAfter: 10 })
    world.emulator.advance(10_000)
    await tokens.reportInvalid('amy', second.token)
  })
})

describe("scope 'session'", () => {
  test('gives every session its own token, and a logout ends that one only', async () => {
    const { tokens } = world.instance({ scope: 'session' })
    const laptop = await tokens.provision(AMY, { session: 'laptop' })
    const phone = await tokens.provision(AMY, { session: 'phone' })
    expect(phone.token).not.toBe(laptop.token)
    expect(await tokens.revoke('amy', { session: 'laptop' })).toBe('confirmed')
    expect(world.live('amy')).toEqual([phone.token])
    expect((await tokens.provision(AMY, { session: 'phone' })).token).toBe(phone.token)
    expect(await tokens.current('amy', { session: 'laptop' })).toBeUndefined()
  })

  test('does not let a logout of one session disturb a login of another', async () => {
    const { tokens } = world.instance({ scope: 'session' })
    await tokens.provision(AMY, { session: 'laptop' })
    world.emulator.fault({ match: LOGIN, kind: 'delay-before', ms: 60, times: 1 })
    const phone = tokens.provision(AMY, { session: 'phone' })
    await eventually(() => expect(world.calls(LOGIN)).toBe(2))
    await tokens.revoke('amy', { session: 'laptop' })
    const { token } = await phone
    await eventually(() => expect(world.live('amy')).toEqual([token]))
  })

  test('says that it needs a session', async () => {
    const { tokens } = world.instance({ scope: 'session' })
    await expect(tokens.provision(AMY)).rejects.toThrow(/session/)
  })
})

describe('mint', () => {
  test.each([
    ['throws', () => Promise.reject(new Error('the secret is s3cret')), 'threw'],
    ['returns nothing', () => undefined, 'token'],
    ['returns an empty token', () => ({ token: '', expiresAt: Date.now() + DAY }), 'token'],
    ['returns a token with spaces', () => ({ token: 'a b', expiresAt: Date.now() + DAY }), 'token'],
    ['returns an expired token', () => ({ token: 'abc', expiresAt: Date.now() - 1 }), 'expiresAt'],
    ['returns no expiry', () => ({ token: 'abc' }), 'expiresAt'],
  ])('that %s is reported, without its own words', async (_name, broken, hint) => {
    const { tokens } = world.instance({ mode: assign({ mint: broken as never }) })
    const attempt = tokens.provision(AMY)
    await expect(attempt).rejects.toMatchObject({ code: 'MINT_FAILED', message: expect.stringContaining(hint) })
    await expect(attempt).rejects.not.toThrow(/s3cret/)
    expect(world.emulator.requests()).toEqual([])
  })

  test('of opaque tokens is warned about once', async () => {
    const { tokens } = world.instance({ mode: assign({ mint }) })
    await tokens.provision(AMY)
    await tokens.provision({ id: 'bob' })
    expect(world.warnings.filter((warning) => warning.includes('JWT'))).toHaveLength(1)
  })
})

describe('events, alerts and counters', () => {
  test('tell what happens, without tokens', async () => {
    const { tokens } = world.instance()
    const seen: [string, object][] = []
    const names: (keyof ChatTokenEvents)[] = ['obtained', 'obtainFailed', 'revoked', 'revocationDelayed']
    for (const name of names) tokens.on(name, (event) => seen.push([name, event]))
    const { token } = await tokens.provision(AMY)
    await tokens.provision(AMY)
    world.emulator.fault({ match: 'DELETE /admin/clients/*/token', kind: 'status', status: 503, times: 3 })
    await tokens.revoke('amy', { waitMs: 3_000 })
    expect(seen.map(([name]) => name)).toEqual(['obtained', 'revocationDelayed', 'revoked'])
    expect(JSON.stringify(seen)).not.toContain(token)
    expect(tokens.stats()).toEqual({
      hits: 1,
      obtained: 1,
      obtainFailures: 0,
      revoked: 1,
      revocationDelays: 1,
      inFlight: 0,
      degraded: false,
    })
  })

  test('raise the same alert once a minute, however many logins fail', async () => {
    const { tokens } = world.instance({ apiKey: 'wrong' })
    for (const id of ['amy', 'bob', 'cleo']) {
      await expect(tokens.provision({ id })).rejects.toMatchObject({ code: 'UNAUTHORIZED', retryable: false })
    }
    expect(world.warnings).toHaveLength(1)
    expect(world.warnings[0]).toContain('apiKey')
  })

  test('survive a listener that throws, and stop when told', async () => {
    const { tokens } = world.instance()
    let heard = 0
    tokens.on('obtained', () => {
      throw new Error('listener')
    })
    tokens.on('obtained', async () => Promise.reject(new Error('async listener')))
    const off = tokens.on('obtained', () => (heard += 1))
    await tokens.provision(AMY)
    off()
    await tokens.provision({ id: 'bob' })
    expect(heard).toBe(1)
    // Four times, and said once.
    expect(world.warnings).toEqual([expect.stringContaining('a listener for "obtained" threw')])
  })
})

test('every warning is given at most once a minute, however often there is reason for it', async () => {
  const { tokens } = world.instance()
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const warnOften = () => {
    for (let i = 0; i < 5; i++) tokens.warn('something')
    tokens.warn('something else')
  }
  warnOften()
  vi.advanceTimersByTime(59_000)
  warnOften()
  expect(world.warnings).toEqual(['imkit-auth: something', 'imkit-auth: something else'])
  vi.advanceTimersByTime(1_000)
  warnOften()
  expect(world.warnings).toHaveLength(4)
})

describe('a store that fails', () => {
  test('for a moment breaks nothing for good, and no promise is left unhandled', async () => {
    const instance = world.instance()
    const { tokens } = instance
    instance.failOnce('logout')
    await expect(tokens.revoke('amy')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('store'),
    })
    expect(world.warnings.at(-1)).toContain('UNAVAILABLE')
    await tokens.provision(AMY)
    const failing = instance.failOnce('claim', 'settle', 'retry')
    await tokens.revoke('amy', { waitMs: 0 })
    await eventually(() => expect([...failing]).toEqual([]))
    world.emulator.advance(20_000)
    await eventually(async () => expect(await tokens.pendingRevocations()).toEqual([]))
    expect(world.live('amy')).toEqual([])
  })

  test('is not quoted, and counts as one that may have taken the step', async () => {
    const instance = world.instance()
    instance.failOnce('commit')
    const error: unknown = await instance.tokens.provision(AMY).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ChatTokenError)
    expect(error).toMatchObject({ code: 'UNAVAILABLE', ambiguous: true })
    expect(inspect(error)).not.toContain('commit failed')
    await expect(instance.tokens.provision(AMY)).rejects.toMatchObject({ code: 'BUSY' })
  })
})

describe('revoke', () => {
  test('with a store that outlives the process answers pending, not volatile', async () => {
    const memory = memoryStore()
    const durable: TokenStore = {
      ...memory,
      open: (options: Parameters<typeof memory.open>[0]) => {
        const space = memory.open(options)
        const logout = space.logout.bind(space)
        return Object.assign(space, {
          logout: (...step: Parameters<typeof logout>) => Object.assign(logout(...step), { durable: true }),
        })
      },
    }
    const { tokens } = world.instance({ store: durable })
    await tokens.provision(AMY)
    await world.emulator.accept(false)
    expect(await tokens.revoke('amy', { waitMs: 50 })).toBe('pending')
  })
})

describe('close', () => {
  test('sends what waits, then hands out nothing more', async () => {
    const { tokens } = world.instance()
    await tokens.provision(AMY)
    world.emulator.fault({ match: 'DELETE /admin/clients/*/token', kind: 'status', status: 503, times: 4 })
    await tokens.revoke('amy', { waitMs: 0 })
    expect(await tokens.close()).toEqual({ pending: [] })
    expect(world.live('amy')).toEqual([])
    await expect(tokens.provision(AMY)).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('takes a logout that comes later, and still carries it out', async () => {
    const { tokens } = world.instance()
    await tokens.provision(AMY)
    await tokens.provision({ id: 'bob' })
    await tokens.close()
    expect(await tokens.revoke('amy')).toBe('confirmed')
    expect(await tokens.revokeEverywhere('bob')).toBe('confirmed')
    expect([world.live('amy'), world.live('bob'), world.warnings]).toEqual([[], [], []])
  })

  test('takes as many late logouts as come at once', async () => {
    const { tokens } = world.instance()
    const users = Array.from({ length: 24 }, (_, i) => `user ${i}`)
    await Promise.all(users.map((id) => tokens.provision({ id })))
    await tokens.close()
    await Promise.all(users.map((id) => tokens.revoke(id)))
    expect(users.flatMap((id) => world.live(id))).toEqual([])
  })

  test('reports what it could not finish in time, by user and digest', async () => {
    const { tokens } = world.instance()
    const { token } = await tokens.provision(AMY)
    await world.emulator.accept(false)
    expect(await tokens.revoke('amy', { waitMs: 0 })).toBe('volatile')
    const started = performance.now()
    const { pending } = await tokens.close({ withinMs: 200 })
    expect(performance.now() - started).toBeLessThan(1_000)
    expect(pending).toEqual([
      { userId: 'amy', digest: expect.stringMatching(/^[0-9a-f]{32}$/), attempts: expect.any(Number) },
    ])
    expect(JSON.stringify(pending)).not.toContain(token)
  })

  test('waits for logins under way', async () => {
    const { tokens } = world.instance()
    world.emulator.fault({ match: LOGIN, kind: 'delay-before', ms: 80 })
    const login = tokens.provision(AMY)
    await eventually(() => expect(world.calls(LOGIN)).toBe(1))
    await tokens.close()
    expect((await login).userId).toBe('amy')
  })

  test('can be called twice', async () => {
    const { tokens } = world.instance()
    expect(tokens.close()).toBe(tokens.close())
    await tokens.close()
  })
})
