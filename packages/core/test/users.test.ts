import { setTimeout as sleep } from 'node:timers/promises'
import { assign, createChatTokens, issue, memoryStore, type User } from '@imkit-auth/core'
import { World } from '@imkit-auth/testkit'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'

const BIG = 12_345_678_901_234_567_890n

let world: World
beforeEach(async () => {
  world = await World.create()
})
afterEach(() => world.end())

const profile = (id: string) => world.emulator.clients().find(({ _id }) => _id === id)

describe('a row of a database', () => {
  test('may say null for what is not there', async () => {
    const { tokens } = world.instance()
    await tokens.login({ id: 'amy', nickname: null, avatarUrl: null })
    await tokens.login({ id: 'amy', nickname: null })
    await tokens.updateProfile({ id: 'amy', nickname: null, avatarUrl: 'https://a/b.png' })
    expect(profile('amy')).toMatchObject({ avatarUrl: 'https://a/b.png' })
    expect(world.warnings).toEqual([])
  })

  test.each<[string, number | bigint, string]>([
    ['a number', 42, '42'],
    ['zero', 0, '0'],
    ['minus zero', -0, '0'],
    ['the largest safe number', Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['a bigint', BIG, String(BIG)],
  ])('may have %s as its id, which is its text everywhere', async (_name, id, text) => {
    const { tokens } = world.instance()
    const { userId, token } = await tokens.login({ id })
    expect(userId).toBe(text)
    expect((await tokens.provision({ id: text })).token).toBe(token)
    expect((await tokens.current(id))?.token).toBe(token)
    await tokens.reportInvalid(id, token)
    const next = await tokens.provision({ id })
    expect(next.token).not.toBe(token)
    expect(await tokens.revoke(id)).toBe('confirmed')
    expect(world.live(text)).toEqual([])
    await tokens.login({ id })
    await tokens.revokeEverywhere(id)
    expect(world.live(text)).toEqual([])
    expect(await tokens.provisionProfiles([{ id, nickname: 'Amy' }])).toMatchObject({ accepted: 1, failed: 0 })
    expect(profile(text)).toMatchObject({ nickname: 'Amy' })
  })

  test('is minted a token for as text', async () => {
    const seen: User[] = []
    const mint = ({ user }: { user: User }) => {
      seen.push(user)
      return { token: 'minted', expiresAt: Date.now() + 86_400_000 }
    }
    await world.instance({ mode: assign({ mint }) }).tokens.login({ id: 42, nickname: null })
    expect(seen).toEqual([{ id: '42', nickname: undefined, avatarUrl: undefined }])
  })

  test.each<[string, object, string]>([
    ['a nickname that is far too long', { nickname: 'x'.repeat(1_025) }, 'nickname'],
    ['a nickname that is no text', { nickname: 7 }, 'nickname'],
    ['a nickname that is no Unicode', { nickname: 'Amy \ud83d' }, 'nickname'],
    ['a picture in the address itself', { avatarUrl: `data:image/png;base64,${'A'.repeat(3_000)}` }, 'avatarUrl'],
    ['a picture that is an object', { avatarUrl: { href: 'https://a/b.png' } }, 'avatarUrl'],
  ])('is in the chat without %s, and one warning names the field', async (_name, fields, field) => {
    const { tokens } = world.instance()
    for (let i = 0; i < 3; i++) await tokens.login({ id: 'amy', ...fields })
    expect(world.live('amy')).toHaveLength(1)
    expect(profile('amy')).not.toHaveProperty(field, (fields as Record<string, unknown>)[field])
    expect(world.warnings).toEqual([expect.stringContaining(`a user's ${field} is left out`)])
    expect((await tokens.provisionProfiles([{ id: 'bob', ...fields }])).failed).toBe(0)
  })
})

describe('an id that cannot be used', () => {
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['NaN', Number.NaN],
    ['an object', {}],
    ['the text of undefined', 'undefined'],
    ['the text of null', 'null'],
    ['the text of NaN', 'NaN'],
    ['the text of an object', '[object Object]'],
  ])('%s is told by an event, an alert and one warning, and no message advises to make it text', async (_name, id) => {
    const { tokens } = world.instance()
    const heard: unknown[] = []
    tokens.on('obtainFailed', (event) => heard.push(event))
    tokens.on('alert', ({ code }) => heard.push(code))
    for (let i = 0; i < 3; i++) {
      const failure = await tokens.login({ id: id as string }).catch((error: Error) => error.message)
      expect(failure).toMatch(/The user id /)
      expect(failure).not.toContain('String(')
    }
    const failed = { userId: '', code: 'INVALID_USER', renewal: false }
    expect(heard).toEqual([failed, 'INVALID_USER', failed, failed])
    expect(world.warnings).toEqual([expect.stringMatching(/A user goes without chat\. The user id /)])
    await expect(tokens.revoke(id as string)).rejects.toMatchObject({ code: 'INVALID_USER' })
  })
})

describe('what a host does to its objects after the call changes nothing', () => {
  /** A store that answers a moment later, as one on a network does. */
  function slowStore() {
    const store = memoryStore()
    const slowly =
      <Args extends unknown[], Result>(step: (...args: Args) => Result) =>
      async (...args: Args) => {
        await sleep(5)
        return step(...args)
      }
    return {
      ...store,
      open: (...options: Parameters<typeof store.open>) => {
        const space = store.open(...options)
        const [read, logout] = [space.read.bind(space), space.logout.bind(space)]
        return Object.assign(space, { read: slowly(read), logout: slowly(logout) })
      },
    }
  }

  test('to a user who logs in, and to the options of the call', async () => {
    const { url: serverUrl, apiKey } = world.emulator
    const tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), store: slowStore() })
    onTestFinished(async () => void (await tokens.close({ withinMs: 0 })))
    const user = { id: 'amy', nickname: 'Amy' }
    const options = { session: 'laptop' }
    const login = tokens.login(user, options)
    Object.assign(user, { id: 'bob', nickname: 'Bob' })
    Object.assign(options, { session: 'phone' })
    const { userId, token } = await login
    expect([userId, world.live('amy'), world.live('bob')]).toEqual(['amy', [token], []])
    expect(profile('amy')).toMatchObject({ nickname: 'Amy' })
    await tokens.revoke('amy', { session: 'laptop' })
    await expect(tokens.provision({ id: 'amy' }, { session: 'laptop' })).rejects.toMatchObject({ code: 'LOGGED_OUT' })
  })

  test('to the users of a long list', async () => {
    const { tokens } = world.instance()
    const user = { id: '', nickname: '' }
    function* rows() {
      for (const name of ['amy', 'bob', 'cleo']) yield Object.assign(user, { id: name, nickname: name })
    }
    expect(await tokens.provisionProfiles(rows())).toMatchObject({ accepted: 3 })
    expect(
      world.emulator
        .clients()
        .map(({ _id }) => _id)
        .sort(),
    ).toEqual(['amy', 'bob', 'cleo'])
  })
})

test('a late poll of a page gets no token after the logout: only a login lifts it', async () => {
  const { tokens } = world.instance()
  const here = { session: 'laptop' }
  await tokens.login({ id: 'amy' }, here)
  await tokens.revoke('amy', here)
  await expect(tokens.provision({ id: 'amy' }, here)).rejects.toMatchObject({ code: 'LOGGED_OUT' })
  expect(world.live('amy')).toEqual([])
  await tokens.login({ id: 'amy' }, here)
  expect(await tokens.provision({ id: 'amy' }, here)).toMatchObject({ userId: 'amy' })
})
