import { assign, ChatHandler, createChatTokens, external, type Mint } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import { eventually, World } from '@imkit-auth/testkit'
import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const AMY = { id: 'amy', nickname: 'Amy' }
const DAY = 86_400_000
const mint = jwtMinter({ secret: 'a-secret-for-tests-of-32-bytes-at-least', ttl: 7 * 86_400 })

let world: World
beforeEach(async () => {
  world = await World.create()
})
afterEach(() => world.end())

const minting = (options: object = {}) =>
  world.instance({ apiKey: undefined, mode: external({ mint }), ...options }).tokens

describe('external({ mint })', () => {
  test('mints at login, keeps the token, and tells the chat server nothing', async () => {
    const tokens = minting()
    const credentials = await tokens.provision(AMY)
    expect(decodeJwt(credentials.token)).toMatchObject({ id: 'amy', nickname: 'Amy', jti: expect.any(String) })
    expect(await minting().provision(AMY)).toEqual(credentials)
    expect(await tokens.current('amy')).toEqual(credentials)
    expect([await tokens.revoke('amy'), await tokens.revokeEverywhere('amy')]).toEqual(['confirmed', 'confirmed'])
    expect(await tokens.revoke('nobody has seen')).toBe('confirmed')
    expect(await tokens.close()).toEqual({ pending: [] })
    expect(world.emulator.requests()).toEqual([])
  })

  test('a token is good in the epoch that it was minted in, and a logout begins the next', async () => {
    const tokens = minting()
    const before = decodeJwt((await tokens.provision(AMY)).token)
    expect(await tokens.standing('amy')).toEqual({ epoch: before['ep'], denied: [], nickname: 'Amy' })
    await tokens.revoke('amy')
    expect((await tokens.standing('amy')).epoch).toBeGreaterThan(Number(before['ep']))
    expect(await tokens.current('amy')).toBeUndefined()
    const after = decodeJwt((await tokens.provision(AMY)).token)
    expect(after['ep']).toBe((await tokens.standing('amy')).epoch)
  })

  test('a logout while a token is being minted is not overtaken by it', async () => {
    let minted!: () => void
    const slow: Mint = async (context) => {
      await new Promise<void>((resolve) => (minted = resolve))
      return mint(context)
    }
    const tokens = minting({ mode: external({ mint: slow }) })
    const page = tokens.provision(AMY, { session: 's1' })
    await eventually(() => expect(minted).toBeDefined())
    await tokens.revoke('amy', { session: 's1' })
    minted()
    await expect(page).rejects.toMatchObject({ code: 'LOGGED_OUT' })
    expect(await tokens.current('amy')).toBeUndefined()
  })

  test('nobody waits for a logout that comes while a token is being kept', async () => {
    const instance = world.instance({ apiKey: undefined, mode: external({ mint }) })
    const stall = instance.stallBefore('commit')
    const login = instance.tokens.login(AMY)
    await stall.reached
    const began = performance.now()
    await minting().revoke('amy')
    expect(performance.now() - began).toBeLessThan(900)
    stall.resume()
    const { ep } = decodeJwt((await login).token)
    expect(ep).toBe((await instance.tokens.standing('amy')).epoch)
    expect(await eventually(() => instance.tokens.pendingRevocations())).toEqual([])
  })

  test('a token reported invalid is denied by its id, and replaced', async () => {
    const tokens = minting()
    const { token } = await tokens.provision(AMY)
    await tokens.reportInvalid('amy', token)
    expect((await tokens.standing('amy')).denied).toEqual([decodeJwt(token).jti])
    const next = await tokens.provision(AMY)
    expect(decodeJwt(next.token)['ep']).toBe((await tokens.standing('amy')).epoch)
    await expect(tokens.reportInvalid('amy', next.token)).rejects.toMatchObject({ code: 'RENEWED_TOO_OFTEN' })
    expect(world.emulator.requests()).toEqual([])
  })

  test('a denied token is not forgotten before it has expired', async () => {
    const tokens = minting()
    const { token } = await tokens.provision(AMY)
    await tokens.reportInvalid('amy', token)
    world.emulator.advance(7 * DAY)
    expect((await tokens.standing('amy')).denied).toEqual([decodeJwt(token).jti])
    world.emulator.advance(DAY)
    expect((await tokens.standing('amy')).denied).toEqual([])
  })

  test('a changed profile is known to whoever verifies, without an API key', async () => {
    const tokens = minting()
    await tokens.provision(AMY)
    await tokens.login({ id: 'amy', nickname: 'Amelia' })
    await eventually(async () => expect((await tokens.standing('amy')).nickname).toBe('Amelia'))
    await tokens.updateProfile({ id: 'amy', avatarUrl: 'https://img.example/a' })
    const standing = await tokens.standing('amy')
    expect([standing.nickname, standing.avatarUrl]).toEqual(['Amelia', 'https://img.example/a'])
    expect(world.emulator.requests()).toEqual([])
  })

  test('with an API key, profiles reach the chat server as well', async () => {
    const { tokens } = world.instance({ mode: external({ mint }) })
    await tokens.provision(AMY)
    await tokens.login({ id: 'amy', nickname: 'Amelia' })
    await eventually(() => expect(world.emulator.clients()).toMatchObject([{ _id: 'amy', nickname: 'Amelia' }]))
    expect(await tokens.provisionProfiles([{ id: 'bob' }])).toMatchObject({ accepted: 1 })
    expect(world.emulator.clients().flatMap(({ tokens: live }) => live)).toEqual([])
  })

  test('says which option a call needs that the tokens do without', async () => {
    const { failures } = await minting().provisionProfiles([AMY])
    expect(failures).toMatchObject([{ error: { code: 'UNAUTHORIZED', message: expect.stringContaining('apiKey') } }])
  })

  test('leaves revocations that the chat server has to be told of to whoever has the key', async () => {
    const assigning = world.instance({ mode: assign({ mint }) })
    await assigning.tokens.provision(AMY)
    await world.emulator.accept(false)
    expect(await assigning.tokens.revoke('amy', { waitMs: 0 })).toBe('volatile')
    const tokens = minting()
    expect(decodeJwt((await tokens.provision(AMY)).token)['ep']).toBe((await tokens.standing('amy')).epoch)
    await tokens.revoke('amy', { waitMs: 0 })
    await tokens.close({ withinMs: 50 })
    expect(await assigning.tokens.pendingRevocations()).toHaveLength(1)
    await world.emulator.accept(true)
    await eventually(() => expect(world.live('amy')).toEqual([]))
  })

  test('does not wait for a revocation of everything that somebody else has to send', async () => {
    // A busy machine may not answer in time: then nothing is known, and the lease would be held for so long.
    const issuing = world.instance({ namespace: 'n', ambiguityHorizon: 0 })
    world.emulator.fault({ match: '*', kind: 'status', status: 503 })
    await issuing.tokens.revokeEverywhere('amy', { waitMs: 0 })
    const tokens = minting({ namespace: 'n' })
    await expect(eventually(() => tokens.provision(AMY))).resolves.toMatchObject({ userId: 'amy' })
    expect(await issuing.tokens.pendingRevocations()).toMatchObject([{ digest: undefined }])
  })

  test('does not go with a token for each session, which one logout would all end', () => {
    expect(() => minting({ scope: 'session' })).toThrow(/scope/)
  })
})

interface Host {
  readonly token?: unknown
}
const EXPIRES = Date.UTC(2100, 0, 1)

describe('external({ token })', () => {
  const own = () => minting({ mode: external({ token: ({ token }: Host) => token as string }) })

  test('hands out the token that the request’s session has, and keeps nothing', async () => {
    const tokens = own()
    const token = { token: 'opaque', expiresAt: EXPIRES }
    expect(await tokens.provision(AMY, { request: { token } })).toEqual({
      expiresIn: expect.any(Number),
      token: 'opaque',
      expirationDate: '2100-01-01T00:00:00.000Z',
      userId: 'amy',
      serverUrl: world.emulator.url,
    })
    expect(await tokens.current('amy')).toBeUndefined()
    expect(await tokens.revoke('amy')).toBe('confirmed')
    expect(world.emulator.requests()).toEqual([])
  })

  test('knows the end of a JWT by itself', async () => {
    const { token } = await mint({ user: AMY, epoch: 1, now: world.emulator.now() })
    const { expirationDate } = await own().provision(AMY, { request: { token } })
    expect(Date.parse(expirationDate)).toBe(Number(decodeJwt(token).exp) * 1000)
  })

  test.each<[string, Host, string]>([
    ['without a token', {}, 'LOGGED_OUT'],
    ['whose token has expired', { token: { token: 'old', expiresAt: 1 } }, 'LOGGED_OUT'],
    ['whose token has an end that nobody knows', { token: 'opaque' }, 'MINT_FAILED'],
    ['whose token cannot travel in a header', { token: { token: 'a b', expiresAt: EXPIRES } }, 'MINT_FAILED'],
    ['whose token has no end', { token: { token: 'endless' } }, 'MINT_FAILED'],
  ])('gives a session %s nothing', async (_name, request, code) => {
    await expect(own().provision(AMY, { request })).rejects.toMatchObject({ code })
  })

  test('passes on nothing that the app’s function throws', async () => {
    const throwing = () => {
      throw new Error('token s3cret')
    }
    const tokens = minting({ mode: external({ token: throwing }) })
    const failure = await tokens.provision(AMY, { request: {} }).catch(String)
    expect(failure).toContain('threw')
    expect(JSON.stringify([failure, world.warnings])).not.toContain('s3cret')
    expect(world.warnings, 'an operator is told').toEqual([expect.stringContaining('token() of external()')])
  })

  test('does not pretend to log out everywhere', async () => {
    await expect(own().revokeEverywhere('amy')).rejects.toMatchObject({ code: 'MISCONFIGURED' })
  })

  test('sends a page to the login whose token the chat server refuses', async () => {
    const handler = new ChatHandler<Host>(own(), { identify: () => AMY })
    const request = { token: { token: 'opaque', expiresAt: EXPIRES } }
    const ask = (body: object) =>
      handler.token(request, { method: 'POST', headers: {}, body, stream: (async function* () {})() })
    expect(await ask({})).toMatchObject({ status: 200, body: { token: 'opaque' } })
    expect(await ask({ invalid: 'another' })).toMatchObject({ status: 200, body: { token: 'opaque' } })
    expect(await ask({ invalid: 'opaque' })).toMatchObject({ status: 401, body: { error: 'LOGGED_OUT' } })
  })
})

describe('external()', () => {
  test.each([[{}], [{ mint, token: () => '' }], [{ mint: 'x' }], [{ token: 'x' }]])('refuses %j', (options) => {
    expect(() => external(options as never)).toThrow(/one function/)
  })

  test('is the only mode without an API key', () => {
    const mode = external({ mint })
    expect(() => createChatTokens({ serverUrl: 'https://app.imkit.io', mode: { ...mode, name: 'assign' } })).toThrow(
      /apiKey/,
    )
  })
})
