import { randomBytes } from 'node:crypto'
import type { ChatTokens } from '@imkit-auth/core'
import { eventually } from '@imkit-auth/testkit'
import { type RedisServer, startRedis } from '@imkit-auth/testkit/redis-servers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Fleet } from './fixture.js'
import { skipWithout } from './without-redis.js'

const AMY = { id: 'amy', nickname: 'Amy Pond', avatarUrl: 'https://cdn.example/amy.png' }
const key = () => randomBytes(32).toString('base64')

describe.skipIf(skipWithout())('encryptionKeys', () => {
  let redis: RedisServer
  let fleet: Fleet
  beforeEach(async () => {
    redis = await startRedis()
    fleet = await Fleet.create()
  })
  afterEach(async () => {
    await fleet.end()
    await redis.stop()
  })

  /** Everything Redis holds: keys, values, members. */
  async function everything(): Promise<string> {
    const keys = (await redis.command('KEYS', '*')) as string[]
    const values = await Promise.all(
      keys.map(async (name) =>
        (await redis.command('TYPE', name)) === 'zset'
          ? redis.command('ZRANGE', name, '0', '-1')
          : redis.command('GET', name),
      ),
    )
    return JSON.stringify([keys, values])
  }

  test('leave no token, no session and no profile to be read in Redis', async () => {
    const tokens = await fleet.server(redis.url, { encryptionKeys: [key()] })
    const { token } = await tokens.provision(AMY, { session: 'the-session-id' })
    await fleet.emulator.accept(false)
    await tokens.revoke('amy', { session: 'the-session-id', waitMs: 0 })
    const stored = await everything()
    for (const secret of [token, 'the-session-id', 'Amy Pond', 'cdn.example']) expect(stored).not.toContain(secret)
    expect(stored).toContain('amy')
  })

  test('without them sessions are digests all the same', async () => {
    const tokens = await fleet.server(redis.url)
    const { token } = await tokens.provision(AMY, { session: 'the-session-id' })
    await fleet.emulator.accept(false)
    await tokens.revoke('amy', { session: 'the-session-id', waitMs: 0 })
    const stored = await everything()
    expect(stored).toContain(token)
    expect(stored).not.toContain('the-session-id')
  })

  test('rotate: the first seals, all open', async () => {
    const [old, fresh] = [key(), key()]
    const before = await fleet.server(redis.url, { encryptionKeys: [old] })
    const { token } = await before.provision(AMY)
    const during = await fleet.server(redis.url, { encryptionKeys: [fresh, old] })
    expect((await during.provision(AMY)).token).toBe(token)
    const bob = await during.provision({ id: 'bob', nickname: 'Bob' })
    const after = await fleet.server(redis.url, { encryptionKeys: [fresh] })
    expect((await after.provision({ id: 'bob', nickname: 'Bob' })).token).toBe(bob.token)
    expect(fleet.warnings.filter((text) => text.includes('does not open'))).toEqual([])
  })

  /** The id by which the alert names a key that this process lacks. */
  async function lackedBy(tokens: ChatTokens): Promise<string> {
    const error: unknown = await tokens.current('amy').catch((failure: unknown) => failure)
    expect(error).toMatchObject({ code: 'UNAVAILABLE', ambiguous: false })
    return /the key ([0-9a-f]{8})/.exec(String(error))?.[1] ?? 'none'
  }

  test('what is sealed with a key that a process lacks is left alone, and an alert names the key', async () => {
    const [old, fresh] = [key(), key()]
    const newer = await fleet.server(redis.url, { encryptionKeys: [fresh, old] })
    const { token } = await newer.provision(AMY)
    const older = await fleet.server(redis.url, { encryptionKeys: [old] })
    const id = await lackedBy(older)
    expect(fleet.warnings).toContainEqual(expect.stringContaining(`sealed with the key ${id}`))
    await expect(older.provision(AMY)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await older.revoke('amy')).toBe('volatile')
    expect((await newer.current('amy'))?.token).toBe(token)
    // Others do not notice.
    expect(await older.provision({ id: 'bob' })).toMatchObject({ userId: 'bob' })
  })

  test('an unsafe rotation loses no revocation: who has the key carries it', async () => {
    const [old, fresh] = [key(), key()]
    const older = await fleet.server(redis.url, { encryptionKeys: [old] })
    const newer = await fleet.server(redis.url, { encryptionKeys: [fresh, old] })
    const users = Array.from({ length: 20 }, (_, i) => `user ${i}`)
    for (const id of users) await newer.provision({ id })
    await fleet.emulator.accept(false)
    for (const id of users) await newer.revoke(id, { waitMs: 0 })
    await newer.close({ withinMs: 0 })
    await fleet.emulator.accept(true)
    await older.provision({ id: 'somebody' })
    const again = await fleet.server(redis.url, { encryptionKeys: [fresh, old] })
    await eventually(async () => expect(await again.pendingRevocations()).toEqual([]), 30_000)
    for (const id of users) expect(fleet.live(id)).toEqual([])
  }, 60_000)

  test('what was sealed with a key that is declared lost is revoked with everything else', async () => {
    const first = await fleet.server(redis.url, { encryptionKeys: [key()] })
    const { token } = await first.provision(AMY, { session: 's1' })
    const encryptionKeys = [key()]
    const lostKeys = [await lackedBy(await fleet.server(redis.url, { encryptionKeys }))]
    const second = await fleet.server(redis.url, { encryptionKeys, lostKeys })
    expect(await second.current('amy')).toBeUndefined()
    expect(fleet.warnings).toContainEqual(expect.stringContaining('is lost'))
    const fresh = await second.provision(AMY)
    expect(fresh.token).not.toBe(token)
    expect(fleet.live('amy')).toEqual([fresh.token])
    expect(await second.revoke('amy')).toBe('confirmed')
    expect(fleet.live('amy')).toEqual([])
  })

  test('bind what is sealed to its user: it opens nowhere else', async () => {
    const tokens = await fleet.server(redis.url, { encryptionKeys: [key()] })
    const { token } = await tokens.provision(AMY)
    await tokens.provision({ id: 'eve', nickname: 'Eve' })
    const keys = (await redis.command('KEYS', '*:user:*')) as string[]
    const [amy = '', eve = ''] = ['amy', 'eve'].map((id) => keys.find((name) => name.endsWith(`:user:${id}`)))
    await redis.command('COPY', amy, eve, 'REPLACE')
    const stolen = await tokens.current('eve')
    expect(stolen).toBeUndefined()
    expect((await tokens.provision({ id: 'eve', nickname: 'Eve' })).token).not.toBe(token)
  })
})
