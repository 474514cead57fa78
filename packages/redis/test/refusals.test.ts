import type { ChatTokens } from '@imkit-auth/core'
import type { RedisClient } from '@imkit-auth/redis'
import { eventually } from '@imkit-auth/testkit'
import { type RedisServer, startRedis } from '@imkit-auth/testkit/redis-servers'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Fleet } from './fixture.js'
import { LIBRARIES } from './topologies.js'
import { skipWithout } from './without-redis.js'

const AMY = { id: 'amy', nickname: 'Amy' }
/** What a user of the app may do before something is taken away. */
const EVERYTHING = ['on', '>secret', '~imkit:*', '&imkit:*', '+@all']
/** What Redis itself says, which no caller is told. */
const REDIS_TEXT = /NOPERM|NOAUTH|WRONGPASS|READONLY|OOM|ERR |permission|command|user_script/

interface Refusal {
  readonly name: string
  /** What an operator reads: the reason and the cure. */
  readonly told: RegExp
  readonly refuse: (redis: RedisServer) => Promise<unknown>
  readonly mend: (redis: RedisServer) => Promise<unknown>
}

function acl(rule: string, mended: string, told: RegExp): Refusal {
  return {
    name: `an ACL user with ${rule}`,
    told,
    refuse: (redis) => redis.command('ACL', 'SETUSER', 'app', ...rule.split(' ')),
    mend: (redis) => redis.command('ACL', 'SETUSER', 'app', ...mended.split(' ')),
  }
}

const GRANT = /refuses a command, a key or a channel.*grant what the README.*'ACL'.*NOPERM/

const REFUSALS: readonly Refusal[] = [
  acl('-@scripting', '+@scripting', /grant what the README.*NOPERM, EVAL/),
  acl('-evalsha', '+evalsha', /grant what the README.*NOPERM, EVALSHA/),
  ...['zadd', 'set', 'publish', 'get', 'zrange', 'zremrangebyscore', 'time'].map((name) =>
    acl(`-${name}`, `+${name}`, GRANT),
  ),
  acl('-mget', '+mget', /grant what the README.*NOPERM, MGET/),
  acl('resetchannels', '&imkit:*', GRANT),
  acl('resetkeys', '~imkit:*', GRANT),
  {
    name: 'a memory that is full',
    told: /memory is full: raise maxmemory.*OOM/,
    refuse: (redis) => redis.command('CONFIG', 'SET', 'maxmemory', '1'),
    mend: (redis) => redis.command('CONFIG', 'SET', 'maxmemory', '0'),
  },
  {
    name: 'too few replicas for a write',
    told: /too few replicas.*NOREPLICAS/,
    refuse: (redis) => redis.command('CONFIG', 'SET', 'min-replicas-to-write', '1'),
    mend: (redis) => redis.command('CONFIG', 'SET', 'min-replicas-to-write', '0'),
  },
]

describe.skipIf(skipWithout()).each(['node-redis', 'ioredis'] as const)('a Redis that refuses, with %s', (library) => {
  let redis: RedisServer
  let fleet: Fleet
  let ended: (() => unknown)[]
  beforeEach(async () => {
    ended = []
    redis = await startRedis({ persistence: 'aof-always' })
    await redis.command('ACL', 'SETUSER', 'app', ...EVERYTHING)
    fleet = await Fleet.create(LIBRARIES[library])
  })
  afterEach(async () => {
    await fleet.end()
    await Promise.all(ended.map((end) => end()))
    await redis.stop()
  })

  const address = (user = 'app:secret@') => redis.url.replace('redis://', `redis://${user}`)

  /** It takes no machine that is busy for a Redis that is away. */
  const server = (url: string, options: { waitReplicas?: number } = {}) =>
    fleet.server(url, { commandTimeout: 500, ...options })

  /** What the store tells: the reasons for `storeDown`, and how often `storeUp` came. */
  function heard(tokens: ChatTokens) {
    const events = { down: [] as (string | undefined)[], up: 0, alerts: [] as string[] }
    tokens.on('storeDown', ({ reason }) => events.down.push(reason))
    tokens.on('storeUp', () => (events.up += 1))
    tokens.on('alert', ({ message }) => events.alerts.push(message))
    return events
  }

  /** Logs somebody in, in vain: and what they hear is no word of Redis's. */
  async function failsQuietly(tokens: ChatTokens, userId: string): Promise<void> {
    const error: unknown = await tokens.provision({ id: userId }).catch((failure: unknown) => failure)
    expect(error).toMatchObject({ name: 'ChatTokenError', code: 'UNAVAILABLE' })
    expect(String(error)).not.toMatch(REDIS_TEXT)
    expect((error as Error).cause).toBeUndefined()
  }

  const pendingOf = async (tokens: ChatTokens) => {
    const pending = await tokens.pendingRevocations().catch(() => [{ userId: 'amy' }])
    // What is not known of the login of somebody else in between is known later.
    return pending.filter(({ userId }) => userId === 'amy')
  }

  /** From the refusal to the recovery, with a logout in between. */
  async function suffers(tokens: ChatTokens, { told, refuse, mend }: Omit<Refusal, 'name'>): Promise<void> {
    const events = heard(tokens)
    const { token } = await tokens.provision(AMY)
    await fleet.emulator.accept(false)
    await refuse(redis)
    await redis.command('SCRIPT', 'FLUSH').catch(() => {})
    await eventually(async () => {
      await tokens.provision({ id: 'bob' }).catch(() => {})
      await tokens.revoke('bob', { waitMs: 0 })
      expect(tokens.stats().degraded).toBe(true)
    })
    await failsQuietly(tokens, 'carol')
    expect(await tokens.revoke('amy', { waitMs: 0 })).toBe('volatile')
    await eventually(() => expect(fleet.warnings).toContainEqual(expect.stringMatching(told)))
    expect(events.down).toEqual([expect.stringMatching(told)])
    expect(events.alerts).toContainEqual(expect.stringMatching(told))
    expect(fleet.live('amy')).toEqual([token])

    await mend(redis)
    await eventually(() => expect(tokens.stats().degraded).toBe(false))
    expect(events.up).toBe(1)
    await fleet.emulator.accept(true)
    await eventually(async () => expect(await pendingOf(tokens)).toEqual([]))
    expect(fleet.live('amy')).toEqual([])
    expect((await tokens.provision(AMY)).token).not.toBe(token)
    expect(events.down).toHaveLength(1)
  }

  test.each(REFUSALS)('$name: named with its cure, and it heals', async (refusal) => {
    await suffers(await server(address()), refusal)
  })

  test.each(['EVALSHA', 'EVAL', 'ZADD'])('%s renamed: named with its cure', async (command) => {
    const odd = await startRedis({ args: ['--rename-command', command, ''] })
    ended.push(() => odd.stop())
    const tokens = await server(odd.url)
    const events = heard(tokens)
    await tokens.provision(AMY).catch(() => {})
    expect(await tokens.revoke('amy', { waitMs: 0 })).toBe('volatile')
    await eventually(() => expect(tokens.stats().degraded).toBe(true))
    await failsQuietly(tokens, 'bob')
    const told = /give it back its name if it is renamed or disabled/
    expect(fleet.warnings).toContainEqual(expect.stringMatching(told))
    expect(events.down).toEqual([expect.stringMatching(told)])
    // Restarted as it should be.
    await odd.stop()
    const mended = await startRedis({ port: odd.port })
    ended.push(() => mended.stop())
    await eventually(() => expect(tokens.stats().degraded).toBe(false))
    await eventually(async () => expect(await tokens.pendingRevocations()).toEqual([]))
    expect(fleet.live('amy')).toEqual([])
    expect((await tokens.provision(AMY)).userId).toBe('amy')
  })

  test('a master that has become a replica: named with its cure, and it heals', async () => {
    const master = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
    ended.push(() => master.stop())
    // What has become a replica has the users of its own configuration only.
    await suffers(await server(redis.url), {
      told: /is a replica, and takes no writes.*client that follows the master.*READONLY/,
      async refuse() {
        await redis.command('REPLICAOF', '127.0.0.1', String(master.port))
        await eventually(async () =>
          expect(await redis.command('INFO', 'replication')).toContain('master_link_status:up'),
        )
      },
      mend: () => redis.command('REPLICAOF', 'NO', 'ONE'),
    })
  })

  test('a password that is not the client’s any more: named with its cure, and it heals', async () => {
    const drop = () => redis.command('CLIENT', 'KILL', 'TYPE', 'normal')
    await suffers(await server(address()), {
      told: /refuses the user or the password.*WRONGPASS/,
      async refuse() {
        await redis.command('ACL', 'SETUSER', 'app', 'resetpass', '>other')
        await drop()
      },
      async mend() {
        await redis.command('ACL', 'SETUSER', 'app', '>secret')
      },
    })
  })

  test('a password that the client has not: named with its cure, and it heals', async () => {
    await redis.command('ACL', 'SETUSER', 'admin', 'on', 'nopass', '~*', '&*', '+@all')
    const admin = createClient({ url: redis.url.replace('redis://', 'redis://admin:any@') })
    admin.on('error', () => {})
    await admin.connect()
    ended.push(() => admin.destroy())
    await suffers(await server(redis.url), {
      told: /wants a password: give the client its user and password.*NOAUTH/,
      async refuse() {
        await admin.sendCommand(['CONFIG', 'SET', 'requirepass', 'secret'])
        await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
      },
      mend: () => admin.sendCommand(['CONFIG', 'SET', 'requirepass', '']),
    })
  })

  const unconnected = (): { client: RedisClient; connect: () => Promise<unknown>; close: () => unknown } => {
    if (library === 'ioredis') {
      const client = new Redis(redis.url, { lazyConnect: true })
      return { client, connect: () => client.connect(), close: () => client.disconnect() }
    }
    const client = createClient({ url: redis.url })
    return { client, connect: () => client.connect(), close: () => client.isOpen && client.destroy() }
  }

  test('a client that was never connected: named with its cure, and used once it is', async () => {
    const { connect, ...connected } = unconnected()
    const tokens = fleet.serverOn(connected)
    const events = heard(tokens)
    await failsQuietly(tokens, 'bob')
    expect(await tokens.revoke('amy', { waitMs: 0 })).toBe('volatile')
    const told = /is not connected, and does not try to be: await client\.connect\(\)/
    await eventually(() => expect(events.down).toEqual([expect.stringMatching(told)]))
    expect(fleet.warnings).toContainEqual(expect.stringMatching(told))
    expect(tokens.stats().degraded).toBe(true)
    await connect()
    await eventually(() => expect(tokens.stats().degraded).toBe(false))
    await eventually(async () => expect(await pendingOf(tokens)).toEqual([]))
    expect(fleet.emulator.requests()).toContainEqual(expect.objectContaining({ method: 'DELETE' }))
    expect((await tokens.provision(AMY)).userId).toBe('amy')
  })

  test('a Redis that is not there is none of these', async () => {
    const tokens = await server(redis.url)
    const events = heard(tokens)
    await redis.kill()
    await failsQuietly(tokens, 'bob')
    await eventually(() => expect(events.down).toEqual([expect.stringContaining('There is no connection to Redis')]))
    await redis.restart()
    await eventually(() => expect(tokens.stats().degraded).toBe(false))
  })

  test('WAIT: a logout is done and is volatile, logins go on, and it is named', async () => {
    const tokens = await server(address(), { waitReplicas: 1 })
    const events = heard(tokens)
    const { token } = await tokens.provision(AMY)
    await redis.command('ACL', 'SETUSER', 'app', '-wait')
    await fleet.emulator.accept(false)
    expect(await tokens.revoke('amy', { waitMs: 0 })).toBe('volatile')
    expect(events.alerts).toContainEqual(expect.stringMatching(/grant what the README.*NOPERM, WAIT/))
    expect(fleet.warnings).toContainEqual(expect.stringMatching(/grant what the README.*NOPERM, WAIT/))
    expect(tokens.stats().degraded).toBe(false)
    await fleet.emulator.accept(true)
    await eventually(async () => expect(await tokens.pendingRevocations()).toEqual([]))
    expect(fleet.live('amy')).not.toContain(token)
    expect((await tokens.provision(AMY)).userId).toBe('amy')
    expect(events.down).toEqual([])
  })

  test('SUBSCRIBE: who waits for another server’s login looks again by itself, and it is named', async () => {
    const [one, other] = [await server(address()), await server(address())]
    await redis.command('ACL', 'SETUSER', 'app', '-subscribe')
    fleet.emulator.fault({ match: 'POST /admin/clients', kind: 'delay-before', ms: 300 })
    const [first, second] = await Promise.all([one.provision(AMY), other.provision(AMY)])
    expect(first.token).toBe(second.token)
    await eventually(() => expect(fleet.warnings).toContainEqual(expect.stringMatching(/ACL.*NOPERM, SUBSCRIBE/)))
    expect([one, other].map((tokens) => tokens.stats().degraded)).toEqual([false, false])
  })

  test('something that only the steps of a user need does not keep it busy', async () => {
    // The probe’s keys are allowed, and nobody’s rows are.
    await redis.command('ACL', 'SETUSER', 'app', 'resetkeys', '~imkit:{}:probe*')
    const tokens = await server(address())
    await tokens.revoke('amy', { waitMs: 0 })
    await redis.command('CONFIG', 'RESETSTAT')
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    const calls = String(await redis.command('INFO', 'commandstats')).matchAll(/cmdstat_(\S+?):calls=(\d+)/g)
    const asked = [...calls].filter(([, name = '']) => ['eval', 'evalsha', 'mget'].includes(name))
    expect(asked.reduce((sum, [, , count]) => sum + Number(count), 0)).toBeLessThan(80)
    expect(fleet.warnings).toContainEqual(expect.stringMatching(GRANT))
  })
})
