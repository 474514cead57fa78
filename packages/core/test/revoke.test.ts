import { issue } from '@imkit-auth/core'
import { eventually, World } from '@imkit-auth/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const AMY = { id: 'amy', nickname: 'Amy' }
const REVOKE = 'DELETE /admin/clients/amy/token'

let world: World
beforeEach(async () => {
  world = await World.create()
})
afterEach(() => world.end())

const revocationBodies = () =>
  world.emulator.requests().flatMap(({ method, body }) => (method === 'DELETE' ? [body ?? 'all'] : []))

describe('revokeEverywhere', () => {
  test('ends tokens that nobody here knows', async () => {
    const [here, elsewhere] = [world.instance().tokens, world.instance({ namespace: 'another app' }).tokens]
    await here.provision(AMY)
    await elsewhere.provision(AMY)
    expect(world.live('amy')).toHaveLength(2)
    expect(await here.revokeEverywhere('amy')).toBe('confirmed')
    expect(world.live('amy')).toEqual([])
    expect(revocationBodies()).toContain('all')
  })

  test('works for a user this process has never seen', async () => {
    await world.instance({ namespace: 'another app' }).tokens.provision(AMY)
    expect(await world.instance().tokens.revokeEverywhere('amy')).toBe('confirmed')
    expect(world.live('amy')).toEqual([])
  })

  test('ends the tokens of all sessions', async () => {
    const { tokens } = world.instance({ scope: 'session' })
    await tokens.provision(AMY, { session: 'phone' })
    await tokens.provision(AMY, { session: 'laptop' })
    await tokens.revokeEverywhere('amy')
    expect(world.live('amy')).toEqual([])
    expect(await tokens.current('amy', { session: 'laptop' })).toBeUndefined()
  })

  test('comes before any later login, even while the chat server does not answer it', async () => {
    const { tokens } = world.instance({ deadline: 3_000 })
    await tokens.provision(AMY)
    world.emulator.fault({ match: REVOKE, kind: 'status', status: 503, times: 4 })
    expect(await tokens.revokeEverywhere('amy', { waitMs: 0 })).toBe('volatile')
    await eventually(async () => {
      const { token } = await tokens.provision(AMY)
      expect(world.live('amy')).toEqual([token])
    })
  })

  test('refuses a bad id', async () => {
    const { tokens } = world.instance()
    await expect(tokens.revokeEverywhere('..')).rejects.toMatchObject({ code: 'INVALID_USER' })
  })
})

describe('a chat server that drops the body of a DELETE', () => {
  const DAY = 86_400_000
  beforeEach(async () => {
    await world.end()
    world = await World.create({ ignoreDeleteBody: true })
  })
  /** A page reports a token that the chat server still takes: revoking it by name revokes the older one, too. */
  async function detected() {
    const instance = world.instance({ mode: issue() })
    const { tokens } = instance
    const seen: string[] = []
    tokens.on('revokedTooMuch', ({ userId }) => seen.push(userId))
    await tokens.provision(AMY)
    world.emulator.advance(6.5 * DAY)
    const { token } = await tokens.provision(AMY)
    expect(world.live('amy')).toHaveLength(2)
    await tokens.reportInvalid('amy', token)
    await eventually(() => expect(seen).toEqual(['amy']))
    return instance
  }

  test('is noticed by its answer; the user’s tokens are forgotten and obtained anew', async () => {
    const { tokens } = await detected()
    expect(world.live('amy')).toEqual([])
    expect(await tokens.current('amy')).toBeUndefined()
    const { token } = await tokens.provision(AMY)
    expect(world.live('amy')).toEqual([token])
    expect(world.warnings.join()).toContain('proxy')
  })

  test('is asked to revoke all at a logout from then on, and never by name', async () => {
    const { tokens } = await detected()
    const before = revocationBodies().length
    await tokens.provision({ id: 'bob' })
    expect(await tokens.revoke('bob')).toBe('confirmed')
    expect(world.live('bob')).toEqual([])
    expect(revocationBodies().slice(before)).toEqual(['all'])
  })

  test('does so before a later login, which keeps its token', async () => {
    const instance = await detected()
    const { tokens } = instance
    await tokens.provision({ id: 'bob' })
    const { resume } = instance.stallBefore('claim')
    await tokens.revoke('bob', { waitMs: 0 })
    const { token } = await tokens.provision({ id: 'bob' })
    resume()
    await eventually(async () => expect(await tokens.pendingRevocations()).toEqual([]))
    expect(world.live('bob')).toEqual([token])
  })
})
