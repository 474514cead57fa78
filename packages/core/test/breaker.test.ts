import { type ChatTokenEvents, ChatTokenError } from '@imkit-auth/core'
import { eventually, World } from '@imkit-auth/testkit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

const LOGIN = 'POST /admin/clients'
const REVOKE = 'DELETE /admin/clients/*/token'

let world: World
let skipped = 0
beforeEach(async () => {
  world = await World.create()
})
afterEach(async () => {
  vi.restoreAllMocks()
  skipped = 0
  await world.end()
})

const status = (code: number, times?: number, match = '*') =>
  world.emulator.fault({ match, kind: 'status', status: code, ...(times === undefined ? {} : { times }) })
const sent = () => world.emulator.requests().length
const failure = async (attempt: Promise<unknown>) => {
  const error: unknown = await attempt.then(() => undefined).catch((reason: unknown) => reason)
  if (!(error instanceof ChatTokenError)) throw new Error(`expected a ChatTokenError, got ${String(error)}`)
  return error
}
const realNow = performance.now.bind(performance)
/** Moves the monotonic clock, which nobody else can. */
function skip(ms: number): void {
  skipped += ms
  vi.spyOn(performance, 'now').mockImplementation(() => realNow() + skipped)
}
/** Makes the chat server count as down. */
async function bringDown() {
  const { tokens } = world.instance()
  const events: [string, unknown][] = []
  for (const name of ['chatServerDown', 'chatServerUp'] as const) {
    tokens.on(name, (event: ChatTokenEvents[typeof name]) => events.push([name, event]))
  }
  status(500)
  for (let i = 0; i < 5; i++) await failure(tokens.provision({ id: `user ${i}` }))
  return { tokens, events }
}

describe('a chat server that fails again and again', () => {
  test('is not asked any more, and everybody fails at once with a time to come back', async () => {
    const { tokens, events } = await bringDown()
    expect(sent()).toBe(5)
    expect(await failure(tokens.provision({ id: 'amy' }))).toMatchObject({
      code: 'UNAVAILABLE',
      retryAfter: 2,
      ambiguous: false,
    })
    expect(sent()).toBe(5)
    expect(events).toEqual([['chatServerDown', { code: 'UNAVAILABLE', retryInMs: expect.any(Number) }]])
  })

  test('does not keep a logout waiting, and is told of it when it is back', async () => {
    const { tokens } = world.instance()
    const { token } = await tokens.provision({ id: 'amy' })
    status(500)
    for (let i = 0; i < 5; i++) await failure(tokens.provision({ id: `user ${i}` }))
    const started = performance.now()
    expect(await tokens.revoke('amy')).toBe('volatile')
    expect(performance.now() - started).toBeLessThan(100)
    expect(await tokens.pendingRevocations()).toMatchObject([{ userId: 'amy', attempts: 0 }])
    world.emulator.clearFaults()
    skip(2_000)
    await tokens.provision({ id: 'bob' })
    await eventually(() => expect(world.live('amy')).not.toContain(token))
  })

  test('is asked by one request at a time until it answers', async () => {
    const { tokens, events } = await bringDown()
    world.emulator.clearFaults()
    skip(2_000)
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((id) => tokens.provision({ id })))
    expect(outcomes.filter(({ status: how }) => how === 'fulfilled')).toHaveLength(1)
    expect(sent()).toBe(6)
    await tokens.provision({ id: 'd' })
    expect(events.map(([name]) => name)).toEqual(['chatServerDown', 'chatServerUp'])
  })

  test('is left alone longer after each probe that fails', async () => {
    const { tokens } = await bringDown()
    skip(2_000)
    expect(await failure(tokens.provision({ id: 'amy' }))).toMatchObject({ retryAfter: expect.any(Number) })
    skip(2_500)
    await failure(tokens.provision({ id: 'bob' }))
    expect(sent()).toBe(6)
    skip(6_500)
    await failure(tokens.provision({ id: 'cleo' }))
    expect(sent()).toBe(7)
  })

  test('counts only failures in a row', async () => {
    const { tokens } = world.instance()
    for (let i = 0; i < 10; i++) {
      status(500, 1)
      await failure(tokens.provision({ id: `bad ${i}` }))
      await tokens.provision({ id: `good ${i}` })
    }
    expect(sent()).toBe(20)
  })

  test('serves tokens that are still valid, at once', async () => {
    const { tokens } = world.instance({ renewBefore: 86_400_000 * 6 })
    const { token } = await tokens.provision({ id: 'amy' })
    world.emulator.advance(86_400_000 * 4)
    status(500)
    for (let i = 0; i < 5; i++) await failure(tokens.provision({ id: `user ${i}` }))
    const before = sent()
    expect((await tokens.provision({ id: 'amy' })).token).toBe(token)
    expect(sent()).toBe(before)
  })
})

describe('a refused API key', () => {
  test('is sent once, not with every login', async () => {
    const { tokens } = world.instance({ apiKey: 'wrong' })
    for (const id of ['amy', 'bob', 'cleo']) expect((await failure(tokens.provision({ id }))).code).toBe('UNAUTHORIZED')
    expect(sent()).toBe(1)
  })

  test('leaves the outbox waiting without using up attempts', async () => {
    const { tokens } = world.instance()
    await tokens.provision({ id: 'amy' })
    status(401, undefined, REVOKE)
    expect(await tokens.revoke('amy', { waitMs: 5_000 })).toBe('volatile')
    expect(await tokens.pendingRevocations()).toMatchObject([{ attempts: 0 }])
    expect(world.calls('DELETE /admin/clients/amy/token')).toBe(1)
  })

  test('is read again at once, so that a rotated key costs nobody a login', async () => {
    const keys = ['old']
    const { tokens } = world.instance({ apiKey: () => keys.pop() ?? world.emulator.apiKey })
    await tokens.provision({ id: 'amy' })
    expect(sent()).toBe(2)
  })

  test('is given up for another as soon as the function returns one', async () => {
    let key = 'old'
    const { tokens } = world.instance({ apiKey: () => key })
    await failure(tokens.provision({ id: 'amy' }))
    key = world.emulator.apiKey
    await tokens.provision({ id: 'amy' })
    expect(sent()).toBe(2)
  })
})

describe('a redirecting server', () => {
  test('receives nothing from us a second time', async () => {
    const { tokens } = world.instance()
    world.emulator.fault({ match: '*', kind: 'status', status: 307, headers: { location: `${world.emulator.url}/x` } })
    for (const id of ['amy', 'bob', 'cleo']) {
      expect((await failure(tokens.provision({ id }))).code).toBe('MISCONFIGURED')
      await tokens.revoke(id)
    }
    expect(sent()).toBe(1)
  })
})

describe('the budget', () => {
  test('sends logins away that would have to wait too long, spread over some seconds', async () => {
    const { tokens } = world.instance({ deadline: 20_000 })
    const logins = Array.from({ length: 820 }, (_, i) => tokens.provision({ id: `user ${i}` }))
    const failures = (await Promise.allSettled(logins)).filter((outcome) => outcome.status === 'rejected')
    expect(failures).toHaveLength(20)
    const waits = failures.map(({ reason }) => {
      expect(reason).toMatchObject({ code: 'RATE_LIMITED', ambiguous: false })
      return (reason as ChatTokenError).retryAfter ?? 0
    })
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(55)
    expect(new Set(waits).size).toBeGreaterThan(5)
    expect(sent()).toBe(800)
    expect(await tokens.revoke('user 0')).toBe('confirmed')
    expect(world.warnings).toEqual([expect.stringContaining('requestsPerMinute')])
  })

  test('is paused for everybody by a 429, and cached tokens are still served', async () => {
    const [a, b] = [world.instance().tokens, world.instance().tokens]
    const { token } = await a.provision({ id: 'amy' })
    world.emulator.fault({
      match: LOGIN,
      kind: 'status',
      status: 429,
      body: { error: 'RATE_LIMIT_EXCEEDED', retryAfter: 17 },
      times: 1,
    })
    await failure(a.provision({ id: 'bob' }))
    const before = sent()
    expect((await failure(b.provision({ id: 'cleo' }))).retryAfter).toBeGreaterThanOrEqual(17)
    expect((await b.provision({ id: 'amy' })).token).toBe(token)
    expect(await a.revoke('amy')).toBe('volatile')
    expect(sent()).toBe(before)
    world.emulator.advance(17_000)
    await b.provision({ id: 'cleo' })
  })
})
