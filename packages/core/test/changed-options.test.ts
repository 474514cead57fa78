import { assign, external, issue, memoryStore, recordStore, type TokenStore } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import { World } from '@imkit-auth/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mapDriver } from './map-driver.js'

const AMY = { id: 'amy', nickname: 'Amy' }
const LAPTOP = { session: 'laptop' }
const PHONE = { session: 'phone' }
const DAY = 86_400_000

const STORES: readonly [string, () => TokenStore][] = [
  ['memoryStore', () => memoryStore()],
  ['recordStore', () => recordStore(mapDriver())],
]

/** One store, and processes with other options: a deploy that changes them, with users logged in. */
describe.each(STORES)('options that change with users logged in, on a %s', (_, makeStore) => {
  let world: World
  beforeEach(async () => {
    world = await World.create({}, makeStore())
  })
  afterEach(() => world.end())

  const patient = { deadline: 3_000 }
  const mint = jwtMinter({ secret: 'a-secret-for-tests-of-32-bytes-at-least', ttl: 7 * 86_400 })

  test('from user to session: a logout of any session ends the token that they shared', async () => {
    const before = world.instance({ ...patient, scope: 'user' }).tokens
    await before.login(AMY, LAPTOP)
    await before.login(AMY, PHONE)
    const after = world.instance({ ...patient, scope: 'session' }).tokens
    expect(await after.revoke('amy', PHONE)).toBe('confirmed')
    expect(world.live('amy')).toEqual([])
    await expect(after.provision(AMY, PHONE)).rejects.toMatchObject({ code: 'LOGGED_OUT' })
    const { token } = await after.provision(AMY, LAPTOP)
    expect(world.live('amy')).toEqual([token])
  })

  test('from user to session: a logout also ends a shared token that a crashed process was obtaining', async () => {
    const before = world.instance({ scope: 'user', ambiguityHorizon: 0 })
    await before.tokens.login(AMY, LAPTOP)
    await before.tokens.revoke('amy', LAPTOP)
    const stall = before.stallBefore('commit')
    before.tokens.login(AMY, LAPTOP).catch(() => {})
    await stall.reached
    before.crash()
    expect(world.live('amy')).toHaveLength(1)
    const after = world.instance({ ...patient, scope: 'session', ambiguityHorizon: 0 }).tokens
    await after.revoke('amy', PHONE)
    world.emulator.advance(60_000)
    await expect.poll(() => world.live('amy'), { timeout: 5_000 }).toEqual([])
  })

  test('from session to user: a logout anywhere ends them all', async () => {
    const before = world.instance({ ...patient, scope: 'session' }).tokens
    await before.login(AMY, LAPTOP)
    await before.login(AMY, PHONE)
    const after = world.instance({ ...patient, scope: 'user' }).tokens
    expect(await after.revoke('amy', PHONE)).toBe('confirmed')
    expect(world.live('amy')).toEqual([])
  })

  test('both scopes side by side: each ends what the other obtained', async () => {
    const shared = world.instance({ ...patient, scope: 'user' }).tokens
    const own = world.instance({ ...patient, scope: 'session' }).tokens
    for (const [login, logout] of [
      [shared, own],
      [own, shared],
      [shared, shared],
      [own, own],
    ] as const) {
      const { token } = await login.login(AMY, LAPTOP)
      expect(world.live('amy')).toContain(token)
      expect(await logout.revoke('amy', LAPTOP)).toBe('confirmed')
      expect(world.live('amy')).not.toContain(token)
    }
  })

  test.each([
    ['issue', issue()],
    ['assign', assign({ mint })],
  ])(
    'from external to %s and back: no token is handed out that the chat server never heard of',
    async (_name, mode) => {
      const outside = world.instance({ ...patient, mode: external({ mint }) }).tokens
      const inside = world.instance({ ...patient, mode }).tokens
      const first = await outside.login(AMY)
      const second = await inside.provision(AMY)
      expect(second.token).not.toBe(first.token)
      expect(world.live('amy')).toEqual([second.token])
      // Side by side, each has its own.
      expect((await outside.provision(AMY)).token).toBe(first.token)
      expect((await inside.provision(AMY)).token).toBe(second.token)
      // And back: what the chat server was told of is revoked there.
      await outside.revoke('amy')
      await expect.poll(() => world.live('amy'), { timeout: 5_000 }).toEqual([])
      expect((await inside.current('amy'))?.token).toBeUndefined()
      expect((await outside.current('amy'))?.token).toBeUndefined()
    },
  )

  test('from external to issue: the first logout revokes tokens of an earlier life as well', async () => {
    const earlier = world.instance({ ...patient, store: memoryStore() }).tokens
    await earlier.login(AMY)
    const outside = world.instance({ ...patient, mode: external({ mint }) }).tokens
    await outside.login(AMY)
    await outside.revoke('amy')
    await outside.login(AMY)
    expect(world.live('amy')).toHaveLength(1)
    expect(await world.instance(patient).tokens.revoke('amy')).toBe('confirmed')
    expect(world.live('amy')).toEqual([])
  })

  test('renewBefore counts for tokens that are there already', async () => {
    const { token } = await world.instance({ ...patient, renewBefore: 0 }).tokens.login(AMY)
    world.emulator.advance(4 * DAY)
    expect((await world.instance({ ...patient, renewBefore: DAY }).tokens.login(AMY)).token).toBe(token)
    const earlier = world.instance({ ...patient, renewBefore: 7 * DAY }).tokens
    const renewed = (await earlier.login(AMY)).token
    expect(renewed).not.toBe(token)
    expect((await earlier.login(AMY)).token).toBe(renewed)
    world.emulator.advance(6.5 * DAY)
    expect((await world.instance({ ...patient, renewBefore: 60_000 }).tokens.login(AMY)).token).toBe(renewed)
  })

  test('another namespace knows nobody: its logout revokes all', async () => {
    await world.instance({ ...patient, namespace: 'before' }).tokens.login(AMY)
    expect(await world.instance({ ...patient, namespace: 'after' }).tokens.revoke('amy')).toBe('confirmed')
    expect(world.live('amy')).toEqual([])
  })
})
