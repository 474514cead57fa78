import { setTimeout as sleep } from 'node:timers/promises'
import { randomBytes } from 'node:crypto'
import type { ChatTokens } from '@imkit-auth/core'
import type { RedisStoreOptions } from '@imkit-auth/redis'
import { eventually } from '@imkit-auth/testkit'
import { type RedisServer, startRedis } from '@imkit-auth/testkit/redis-servers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Fleet } from './fixture.js'
import { LIBRARIES } from './topologies.js'
import { skipWithout } from './without-redis.js'

const AMY = { id: 'amy', nickname: 'Amy' }
/** As a writer of ours makes it: a version, the format, the time and the record. */
const row = (record: string, version = 'AZqaqaqaAAAAAAAA') => `${version}1.${Date.now()} ${record}`
const HIGHEST = '________________'
const LATER = 8_640_000_000_000_000

type Hand = (redis: RedisServer, key: string) => Promise<unknown>
const set =
  (value: () => string): Hand =>
  (redis, key) =>
    redis.command('SET', key, value())
const filled =
  (...command: [name: string, ...args: string[]]): Hand =>
  async (redis, key) => {
    const [name, ...args] = command
    await redis.command('DEL', key)
    await redis.command(name, key, ...args)
  }
const bytes =
  (lua: string): Hand =>
  (redis, key) =>
    redis.command('EVAL', `redis.call('SET', KEYS[1], ${lua})`, '1', key)

/** What replaces a user's record. */
const HANDS: Readonly<Record<string, Hand>> = {
  'deletes the key': (redis, key) => redis.command('DEL', key),
  'makes it a list': filled('RPUSH', 'x'),
  'makes it a hash': filled('HSET', 'epoch', '7'),
  'makes it a sorted set': filled('ZADD', '1', 'x'),
  'makes it a stream': filled('XADD', '*', 'a', 'b'),
  'writes an empty string': set(() => ''),
  'writes a word': set(() => 'x'),
  'writes garbage': set(() => 'Nobody wrote this, and nobody can read it.'),
  'writes letters of two bytes': set(() => 'ü'.repeat(40)),
  'writes bytes that are no text': bytes('string.rep(string.char(255), 40)'),
  'writes a version and bytes that are no text': bytes(`'AZqaqaqaAAAAAAAA1.' .. string.rep(string.char(255), 40)`),
  'writes zero bytes': bytes('string.rep(string.char(0), 40)'),
  'writes JSON of an older release': set(() => JSON.stringify({ epoch: 7, tokens: [{ token: 'x' }], v: 1 })),
  'writes a record without an epoch': set(() => row('{}')),
  'writes a record that is null': set(() => row('null')),
  'writes a list': set(() => row('[]')),
  'writes an epoch that is a text': set(() => row('{"epoch":"7"}')),
  'writes an epoch beyond all numbers': set(() => row('{"epoch":1e400}')),
  'writes fields that are not ours': set(() => row('{"epoch":7,"constructor":1,"__proto__":{"known":true}}')),
  'writes tokens that are none': set(() => row('{"epoch":7,"tokens":[null,1,"x"]}')),
  'writes duties that are none': set(() => row('{"epoch":7,"duties":{"outbox":[{}],"tombstones":[1]}}')),
  'writes half a record': set(() => row('{"epoch":7,"tokens":[{"token":"x"')),
  'writes no time': set(() => `AZqaqaqaAAAAAAAA1.{"epoch":7}`),
  'writes a version of all bits': set(() => row('{"epoch":7}', HIGHEST)),
  'writes a version of all bits and garbage': set(() => `${HIGHEST}garbage`),
  'writes a format that is none': set(() => 'AZqaqaqaAAAAAAAA0.7 {}'),
}

/** What only a hand that knows the format writes. It may lie to its heart's content about that user, and about nobody else. */
const LIES: Readonly<Record<string, Hand>> = {
  'writes the highest epoch': set(() => row(`{"epoch":${Number.MAX_SAFE_INTEGER}}`, HIGHEST)),
  'writes the lowest epoch': set(() => row(`{"epoch":${Number.MIN_SAFE_INTEGER}}`, HIGHEST)),
  'writes a lease that never ends': set(() =>
    row(JSON.stringify({ epoch: 7, known: true, duties: { fence: 1, leasedUntil: 1e300, held: false, beganAt: 0 } })),
  ),
  'writes a revocation that is never due': set(() => {
    const times = { giveUpAt: 1e300, dueAt: 1e300, claimedAt: 0, claimedUntil: 0, settlesAt: 0 }
    const outbox = [{ id: 'x', token: 'forged', attempts: 0, askedAgain: false, epoch: 7, ...times }]
    return row(JSON.stringify({ epoch: 7, known: true, duties: { outbox } }))
  }),
}

describe.skipIf(skipWithout()).each(['node-redis', 'ioredis'] as const)(
  'a hostile hand in Redis, with %s',
  (library) => {
    let redis: RedisServer
    let fleet: Fleet
    let downs: (string | undefined)[]
    beforeEach(async () => {
      downs = []
      redis = await startRedis({ persistence: 'aof-always' })
      fleet = await Fleet.create(LIBRARIES[library])
    })
    afterEach(async () => {
      await fleet.end()
      await redis.stop()
    })

    async function server(options: Partial<RedisStoreOptions> = {}): Promise<ChatTokens> {
      const tokens = await fleet.server(redis.url, { commandTimeout: 1_000, ...options })
      tokens.on('storeDown', ({ reason }) => downs.push(reason))
      return tokens
    }

    const keyOf = async (pattern: string) => ((await redis.command('KEYS', pattern)) as string[])[0] ?? ''
    const rowOf = (userId: string) => keyOf(`*:user:${userId}`)

    /** Bob has a token before, and Carol comes new. */
    async function othersNoticeNothing(tokens: ChatTokens, bobs: string): Promise<void> {
      const [bob, carol] = await Promise.all([
        tokens.provision({ id: 'bob' }),
        tokens.provision({ id: `carol ${Math.random()}` }),
      ])
      expect(bob.token).toBe(bobs)
      expect(carol.token).toBeTypeOf('string')
      expect(downs).toEqual([])
      expect(tokens.stats().degraded).toBe(false)
      expect(fleet.warnings.join('\n')).not.toMatch(/TypeError|undefined|is not a|WRONGTYPE|NaN/)
    }

    describe.each(['that knew the user', 'that never saw the user'] as const)('a server %s', (kind) => {
      test.each(Object.entries(HANDS))(
        '%s: the user logs in again, and out, and nobody else notices',
        async (name, hand) => {
          const first = await server()
          const { token: before } = await first.provision(AMY)
          const { token: bobs } = await first.provision({ id: 'bob' })
          const key = await rowOf('amy')
          const tokens = kind === 'that knew the user' ? first : await server()
          await hand(redis, key)
          const again = await tokens.provision(AMY)
          expect(again.token).not.toBe(before)
          // As if the user had never been there, or with a record that could be: nobody here knows of the token of before.
          const isBelieved = kind === 'that never saw the user' && /deletes|makes it|of all bits$/.test(name)
          const warned = fleet.warnings.some((text) => /a record in the database is (older|not what)/.test(text))
          expect(warned).toBe(!isBelieved)
          const after = [...(isBelieved ? [before] : []), again.token]
          await eventually(() => expect(fleet.live('amy').toSorted()).toEqual(after.toSorted()))
          await othersNoticeNothing(tokens, bobs)
          expect((await tokens.provision(AMY)).token).toBe(again.token)
          expect(await tokens.revoke('amy')).toBe('confirmed')
          expect(fleet.live('amy')).not.toContain(again.token)
          expect((await tokens.provision(AMY)).token).not.toBe(again.token)
          await othersNoticeNothing(tokens, bobs)
        },
      )

      test.each(Object.entries(HANDS))('%s: a logout comes first, and revokes everything', async (_, hand) => {
        const first = await server()
        await first.provision(AMY)
        const { token: bobs } = await first.provision({ id: 'bob' })
        const key = await rowOf('amy')
        const tokens = kind === 'that knew the user' ? first : await server()
        await hand(redis, key)
        expect(await tokens.revoke('amy')).toBe('confirmed')
        expect(fleet.live('amy')).toEqual([])
        await othersNoticeNothing(tokens, bobs)
        expect((await tokens.provision(AMY)).userId).toBe('amy')
      })

      test.each(Object.entries(LIES))('%s: nobody else notices', async (_, hand) => {
        const first = await server()
        await first.provision(AMY)
        const { token: bobs } = await first.provision({ id: 'bob' })
        const key = await rowOf('amy')
        const tokens = kind === 'that knew the user' ? first : await server()
        await hand(redis, key)
        const errors: unknown[] = []
        const noted = (error: unknown) => void errors.push(error)
        await tokens.provision(AMY).catch(noted)
        await othersNoticeNothing(tokens, bobs)
        await tokens.revoke('amy', { waitMs: 100 }).catch(noted)
        await othersNoticeNothing(tokens, bobs)
        for (const error of errors) expect(error).toMatchObject({ name: 'ChatTokenError' })
      })
    })

    // The times of a record are checked to be numbers, and not to be times.
    test('writes a token that never ends: the caller hears a ChatTokenError at most', async () => {
      const tokens = await server()
      await tokens.provision(AMY)
      const other = await server()
      const forged = { token: 'forged', expiresAt: 1e300, renewBefore: LATER }
      await redis.command('SET', await rowOf('amy'), row(JSON.stringify({ epoch: 7, tokens: [forged] })))
      const login: unknown = await other.provision(AMY).catch((error: unknown) => error)
      expect(login instanceof Error ? login.name : 'none').toMatch(/^(ChatTokenError|none)$/)
    })

    test('puts back an old record after a logout: a server that knew the newer one refuses it, and warns', async () => {
      const tokens = await server()
      const other = await server()
      const { token: old } = await tokens.provision(AMY)
      const key = await rowOf('amy')
      const before = String(await redis.command('GET', key))
      expect(await tokens.revoke('amy')).toBe('confirmed')
      await other.current('amy')
      await redis.command('SET', key, before)
      for (const [at, each] of [tokens, other].entries()) {
        if (at > 0) await redis.command('SET', key, before)
        expect((await each.current('amy'))?.token).not.toBe(old)
        expect((await each.provision(AMY)).token).not.toBe(old)
      }
      expect(fleet.warnings).toContainEqual(expect.stringMatching(/older than one that was there before/))
      expect(fleet.live('amy')).not.toContain(old)
      expect(await tokens.revoke('amy')).toBe('confirmed')
      expect(fleet.live('amy')).toEqual([])
      expect(downs).toEqual([])
    })

    test('copies what is sealed to another user’s key: it opens nowhere else', async () => {
      const tokens = await server({ encryptionKeys: [randomBytes(32).toString('hex')] })
      const { token: amys } = await tokens.provision(AMY)
      await tokens.provision({ id: 'eve' })
      await redis.command('COPY', await rowOf('amy'), await rowOf('eve'), 'REPLACE')
      const eve = await tokens.provision({ id: 'eve' })
      expect(eve.token).not.toBe(amys)
      expect(await tokens.revoke('eve')).toBe('confirmed')
      expect((await tokens.provision({ id: 'eve' })).token).not.toBe(eve.token)
      await othersNoticeNothing(tokens, (await tokens.provision({ id: 'bob' })).token)
      expect((await tokens.provision(AMY)).token).toBe(amys)
    })

    // In the open, whoever writes there can make up a record as well.
    test('copies a record in the open to another user’s key: a logout ends it', async () => {
      const tokens = await server()
      const { token: amys } = await tokens.provision(AMY)
      await tokens.provision({ id: 'eve' })
      await redis.command('COPY', await rowOf('amy'), await rowOf('eve'), 'REPLACE')
      await tokens.provision({ id: 'eve' })
      expect(await tokens.revoke('eve')).toBe('confirmed')
      expect((await tokens.provision({ id: 'eve' })).token).not.toBe(amys)
      expect(downs).toEqual([])
    })

    test('edits what is sealed: the user’s tokens are revoked, and nobody else notices', async () => {
      const tokens = await server({ encryptionKeys: [randomBytes(32).toString('hex')] })
      const { token: before } = await tokens.provision(AMY)
      const { token: bobs } = await tokens.provision({ id: 'bob' })
      const key = await rowOf('amy')
      const value = String(await redis.command('GET', key))
      await redis.command('SET', key, `${HIGHEST}${value.slice(16)}`)
      const again = await tokens.provision(AMY)
      expect(again.token).not.toBe(before)
      expect(fleet.live('amy')).toEqual([again.token])
      await redis.command('SET', key, row('{"epoch":7}', HIGHEST))
      expect((await tokens.provision(AMY)).token).not.toBe(again.token)
      await othersNoticeNothing(tokens, bobs)
    })

    test.each(['SET x', 'RPUSH x', 'HSET a b'])('makes everybody’s outbox something else (%s)', async (command) => {
      const tokens = await server()
      const { token: bobs } = await tokens.provision({ id: 'bob' })
      await tokens.provision(AMY)
      await fleet.emulator.accept(false)
      await tokens.revoke('amy', { waitMs: 0 })
      const outbox = await keyOf('*:outbox')
      const [name = '', ...args] = command.split(' ')
      await redis.command('DEL', outbox)
      await redis.command(name, outbox, ...args)
      await fleet.emulator.accept(true)
      expect(await tokens.revoke('amy')).toBe('confirmed')
      expect(fleet.live('amy')).toEqual([])
      await eventually(async () => expect(await tokens.pendingRevocations()).toEqual([]))
      await othersNoticeNothing(tokens, bobs)
    })

    test.each([
      ['names of users who have no record', (i: number) => `['0'] = 'ghost ${i}'`],
      ['infinite times', (i: number) => `['${i % 2 ? '-inf' : '+inf'}'] = 'ghost ${i}'`],
      ['names that are no text', (i: number) => `['0'] = 'ghost ' .. string.char(${200 + i}, 255)`],
    ])(
      'fills an outbox with %s: what is real gets through within 2 s, and Redis is not kept busy',
      async (_, entry) => {
        const tokens = await server()
        const { token: bobs } = await tokens.provision({ id: 'bob' })
        await tokens.provision(AMY)
        await fleet.emulator.accept(false)
        expect(await tokens.revoke('amy', { waitMs: 0 })).toBe('pending')
        const outbox = await keyOf('*:outbox')
        const entries = Array.from(
          { length: 20 },
          (_unused, i) => `for at, name in pairs({ ${entry(i)} }) do redis.call('ZADD', KEYS[1], at, name) end`,
        )
        await redis.command('EVAL', entries.join('\n'), '1', outbox)
        await fleet.emulator.accept(true)
        await eventually(() => expect(fleet.live('amy')).toEqual([]), 2_000)
        await othersNoticeNothing(tokens, bobs)
        await sleep(1_000)
        await redis.command('CONFIG', 'RESETSTAT')
        await sleep(3_000)
        const stats = String(await redis.command('INFO', 'commandstats'))
        // What scripts call counts as well.
        const calls = [...stats.matchAll(/cmdstat_(\S+?):calls=(\d+)/g)].map(
          ([, name = '', count]) => [name, Number(count)] as const,
        )
        const sum = calls.reduce((total, [, count]) => total + count, 0)
        expect(sum).toBeLessThan(60)
      },
    )

    test.each([':pause', ':others', ':revocations'])(
      'makes %s of the request budget something else',
      async (ending) => {
        const tokens = await server()
        const { token: bobs } = await tokens.provision({ id: 'bob' })
        const space = (await keyOf('imkit:{http*}:*')).replace(/\}.*/, '}')
        await redis.command('DEL', `${space}${ending}`)
        await redis.command('RPUSH', `${space}${ending}`, 'x')
        await othersNoticeNothing(tokens, bobs)
        expect(await tokens.revoke('bob')).toBe('confirmed')
      },
    )
  },
)
