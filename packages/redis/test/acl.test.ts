import { readFileSync } from 'node:fs'
import type { ChatTokens } from '@imkit-auth/core'
import { eventually } from '@imkit-auth/testkit'
import { type RedisServer, startRedis } from '@imkit-auth/testkit/redis-servers'
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { Fleet } from './fixture.js'
import { LIBRARIES } from './topologies.js'
import { skipWithout } from './without-redis.js'

const AMY = { id: 'amy', nickname: 'Amy' }
const SLOW_DOWN = { error: { code: 'RATE_LIMIT_EXCEEDED' }, retryAfter: 1 }

/** What the README says under its heading 'ACL'. */
const README = /^## ACL$(.*?)^## /ms.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8'))?.[1] ?? ''
const [, ...RULES] = /^ACL SETUSER (.*)$/m.exec(README)?.[1]?.split(' ') ?? []
const COMMANDS = RULES.filter((rule) => rule.startsWith('+'))
const ALSO = [...README.matchAll(/^\| `(\+[a-z\\|]+)`/gm)].map(([, rule = '']) => rule.replace('\\', ''))
/** `+wait` is for one option, and the others are for who wants them. */
const OPTIONAL = ALSO.filter((rule) => rule !== '+wait')

describe.skipIf(skipWithout()).each(['node-redis', 'ioredis'] as const)('the ACL of the README, with %s', (library) => {
  let redis: RedisServer
  let fleet: Fleet
  let alerts: string[]
  let tokens: ChatTokens[]
  let warn: MockInstance
  beforeEach(async () => {
    alerts = []
    tokens = []
    redis = await startRedis({ persistence: 'aof-always' })
    fleet = await Fleet.create(LIBRARIES[library])
    // Where ioredis says that it may not ask for INFO.
    warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await fleet.end()
    await redis.stop()
  })

  /** Two app servers whose user may do that. */
  async function begin(rules: readonly string[], options: { waitReplicas?: number } = {}): Promise<void> {
    await redis.command('ACL', 'SETUSER', 'app', ...rules)
    const url = redis.url.replace('redis://', 'redis://app:password@')
    for (let i = 0; i < 2; i++) {
      const each = await fleet.server(url, { commandTimeout: 500, ...options })
      each.on('alert', ({ message }) => alerts.push(message))
      tokens.push(each)
    }
  }

  /** Everything that the store does. What fails is told elsewhere. */
  async function live(): Promise<void> {
    const [one, other] = tokens as [ChatTokens, ChatTokens]
    const tried = (work: Promise<unknown>) => work.catch(() => {})
    await tried(one.provision(AMY))
    await tried(one.provision(AMY))
    fleet.emulator.fault({ match: 'POST /admin/clients', kind: 'delay-before', ms: 200, times: 1 })
    const waiting = { id: 'waiting' }
    await Promise.all([tried(one.provision(waiting)), tried(other.provision(waiting))])
    await fleet.emulator.accept(false)
    await tried(one.revoke('amy', { waitMs: 0 }))
    await fleet.emulator.accept(true)
    await tried(drained())
    const [outbox] = (await redis.command('KEYS', '*:outbox')) as string[]
    // Somebody has made something else of it.
    await tried(one.provision(AMY))
    const key = outbox ?? (await outboxOfAmy())
    await redis.command('DEL', key)
    await redis.command('RPUSH', key, 'x')
    await tried(one.revoke('amy'))
    fleet.emulator.fault({ match: 'POST /admin/clients', kind: 'status', status: 429, body: SLOW_DOWN, times: 1 })
    await tried(one.provision({ id: 'too many' }))
  }

  /** Nothing waits any more, or it cannot be known. */
  const drained = () =>
    eventually(async () => {
      if (!tokens[0]?.stats().degraded) expect(await tokens[0]?.pendingRevocations()).toEqual([])
    })

  const outboxOfAmy = async () => {
    const [key = ''] = (await redis.command('KEYS', '*:user:amy')) as string[]
    return key.replace(/:user:amy$/, ':outbox')
  }

  /** What the user of the app was refused. */
  async function refused(): Promise<string[]> {
    const entries = (await redis.command('ACL', 'LOG', '128')) as string[][]
    const field = (entry: string[], name: string) => entry[entry.indexOf(name) + 1] ?? ''
    return entries.filter((entry) => field(entry, 'username') === 'app').map((entry) => field(entry, 'object'))
  }

  /** Which commands were called, by scripts or by the client. */
  async function called(): Promise<string[]> {
    const stats = String(await redis.command('INFO', 'commandstats'))
    return [...stats.matchAll(/^cmdstat_(\S+?):calls=[1-9]/gm)].map(([, name = '']) => name)
  }

  const isKnown = async (rule: string) =>
    redis.command('ACL', 'SETUSER', 'nobody', rule).then(
      () => true,
      () => false,
    )

  test('suffices for everything', async () => {
    expect(RULES.slice(0, 7)).toEqual([
      'on',
      '>password',
      'resetkeys',
      '~imkit:*',
      'resetchannels',
      '&imkit:*',
      '-@all',
    ])
    await begin(RULES)
    await live()
    const optional = new Set(OPTIONAL.map((rule) => rule.slice(1)))
    expect((await refused()).filter((command) => !optional.has(command))).toEqual([])
    expect(alerts.filter((message) => message.includes('ACL'))).toEqual([])
    expect(tokens.map((each) => each.stats().degraded)).toEqual([false, false])
    expect(fleet.live('amy')).toEqual([])
    expect(fleet.live('waiting')).toHaveLength(1)
    // And nothing of it is for nothing.
    expect(await called()).toEqual(expect.arrayContaining(COMMANDS.map((rule) => rule.slice(1))))
  })

  test.each(COMMANDS)('without %s something is refused, and an alert says so', async (rule) => {
    await begin([...RULES, rule.replace('+', '-')])
    await live()
    await eventually(async () => expect(await refused()).toContain(rule.slice(1)))
    await eventually(() => expect(alerts).toContainEqual(expect.stringMatching(/lists under 'ACL'.*NOPERM/)))
  })

  test.each(['resetkeys ~imkit', 'resetchannels &imkit'])(
    'without its pattern something is refused: %s',
    async (rules) => {
      await begin([...RULES, ...rules.split(' ')])
      await live()
      await eventually(() => expect(alerts).toContainEqual(expect.stringMatching(/lists under 'ACL'.*NOPERM/)))
    },
  )

  test('with what it lists besides, nothing at all is refused', async () => {
    const known = []
    for (const rule of ALSO) if (await isKnown(rule)) known.push(rule)
    await begin([...RULES, ...known], { waitReplicas: 1 })
    await live()
    expect(await refused()).toEqual([])
    expect(warn).not.toHaveBeenCalled()
  })

  test.each(ALSO)('without %s only that is refused, and logins go on', async (rule) => {
    const known = []
    for (const each of ALSO) if (each !== rule && (await isKnown(each))) known.push(each)
    await begin([...RULES, ...known], { waitReplicas: 1 })
    await live()
    const asks = (await isKnown(rule)) && !(rule === '+info' && library === 'node-redis')
    await eventually(async () => expect(new Set(await refused())).toEqual(new Set(asks ? [rule.slice(1)] : [])))
    expect(tokens.map((each) => each.stats().degraded)).toEqual([false, false])
    expect(fleet.live('waiting')).toHaveLength(1)
  })
})
