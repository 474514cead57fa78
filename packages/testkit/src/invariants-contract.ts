import { setTimeout as sleep } from 'node:timers/promises'
import { assign, type ChatTokensOptions, issue, type TokenStore } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from './eventually.js'
import { World } from './world.js'

const AMY = { id: 'amy', nickname: 'Amy' }
const HORIZON = 10_000
const LEASE = 300 + HORIZON
const MODES = {
  issue: () => issue(),
  assign: () => assign({ mint: jwtMinter({ secret: 'a-secret-for-tests-of-32-bytes-at-least', ttl: 86_400 }) }),
}

/**
 * The invariants of ARCHITECTURE.md, each against the emulator's own record of live tokens, on a store that app servers
 * share. `pnpm mutants` removes one mechanism at a time and expects these tests to notice.
 */
export function invariantsContract(factory: () => TokenStore | Promise<TokenStore>): void {
  describe.each(['several-token', 'single-token'] as const)('on a %s server', (kind) => {
    let world: World
    beforeEach(async () => {
      world = await World.create({ singleToken: kind === 'single-token' }, await factory())
    })
    afterEach(() => world.end())

    const sent = (request: string, times = 1) =>
      eventually(() => expect(world.calls(request)).toBeGreaterThanOrEqual(times))
    const drained = (tokens: { pendingRevocations(): Promise<readonly unknown[]> }) =>
      eventually(async () => expect(await tokens.pendingRevocations()).toEqual([]))

    describe.each(Object.keys(MODES) as (keyof typeof MODES)[])('with %s', (name) => {
      const server = (options: Partial<ChatTokensOptions> = {}) => world.instance({ mode: MODES[name](), ...options })

      test('I1 a provision that began after a logout gets no token from before it', async () => {
        const [a, b] = [server(), server()]
        await a.tokens.login(AMY)
        await a.tokens.revoke('amy')
        world.emulator.fault({ match: 'POST /admin/clients', kind: 'delay-before', ms: 60, times: 1 })
        const early = a.tokens.login(AMY)
        await sent('POST /admin/clients', 2)
        await b.tokens.revoke('amy', { waitMs: 0 })
        const late = await b.tokens.login(AMY)
        expect((await early).token).toBe(late.token)
        await drained(a.tokens)
        expect(world.live('amy')).toEqual([late.token])
        expect((await b.tokens.current('amy'))?.token).toBe(late.token)
      })

      test('I2 a slow revocation never kills the token of a later login', async () => {
        const [a, b] = [server(), server()]
        await a.tokens.login(AMY)
        world.emulator.fault({ match: 'DELETE /admin/clients/*/token', kind: 'delay-before', ms: 80, times: 1 })
        await a.tokens.revoke('amy', { waitMs: 0 })
        const { token } = await b.tokens.login(AMY)
        await drained(a.tokens)
        expect(world.live('amy')).toEqual([token])
      })

      test('I3 a logout also ends the token that a crashed server was obtaining', async () => {
        const [a, b] = [server(), server()]
        await a.tokens.login(AMY)
        await a.tokens.revoke('amy')
        const stall = a.stallBefore('commit')
        a.tokens.login(AMY).catch(() => {})
        await stall.reached
        expect(world.live('amy')).toHaveLength(1)
        a.crash()
        stall.resume()
        await b.tokens.revoke('amy', { waitMs: 0 })
        world.emulator.advance(LEASE)
        await drained(b.tokens)
        expect(world.live('amy')).toEqual([])
      })

      test('I3 a logout also ends the token of an answer that never came', async () => {
        const [a, b] = [server(), server()]
        await a.tokens.login(AMY)
        await a.tokens.revoke('amy')
        world.emulator.fault({ match: 'POST /admin/clients', kind: 'act-late', ms: 5_000, times: 1 })
        world.emulator.fault({ match: 'POST /admin/clients', kind: 'hang' })
        await expect(a.tokens.login(AMY)).rejects.toMatchObject({ code: 'UNAVAILABLE', ambiguous: true })
        world.emulator.clearFaults()
        await b.tokens.revoke('amy', { waitMs: 0 })
        await sleep(30)
        world.emulator.advance(5_000)
        expect(world.live('amy')).toHaveLength(1)
        world.emulator.advance(HORIZON)
        await drained(b.tokens)
        expect(world.live('amy')).toEqual([])
      })

      test('I3 a token that comes back after a logout is revoked', async () => {
        const a = server()
        await a.tokens.login(AMY)
        await a.tokens.revoke('amy')
        world.emulator.fault({ match: 'POST /admin/clients', kind: 'delay-before', ms: 60, times: 1 })
        const late = a.tokens.login(AMY, { session: 's' })
        await sent('POST /admin/clients', 2)
        late.catch(() => {})
        await a.tokens.revoke('amy', { session: 's' })
        await expect(late).rejects.toMatchObject({ code: 'LOGGED_OUT' })
        await drained(a.tokens)
        expect(world.live('amy')).toEqual([])
      })

      test('I4 an owner who stalls past the lease does not overwrite the token of the next one', async () => {
        const [slow, quick] = [server(), server()]
        const stall = slow.stallBefore('commit')
        const stalled = slow.tokens.login(AMY).catch(() => {})
        await stall.reached
        expect(world.live('amy')).toHaveLength(1)
        world.emulator.advance(LEASE)
        const { token } = await quick.tokens.login(AMY)
        stall.resume()
        await stalled
        await drained(quick.tokens)
        const stored = await quick.tokens.current('amy')
        expect(stored?.token).toBe(token)
        expect(world.live('amy')).toEqual([token])
      })

      test('I4 nobody obtains a token before an earlier, unanswered request can have acted', async () => {
        const [a, b] = [server(), server()]
        world.emulator.fault({ match: 'POST /admin/clients', kind: 'act-late', ms: 5_000, times: 1 })
        world.emulator.fault({ match: 'POST /admin/clients', kind: 'hang' })
        await expect(a.tokens.login(AMY)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
        world.emulator.clearFaults()
        await expect(b.tokens.login(AMY)).rejects.toMatchObject({ code: 'BUSY' })
        world.emulator.advance(5_000)
        world.emulator.advance(HORIZON)
        const { token } = await b.tokens.login(AMY)
        await drained(b.tokens)
        expect(world.live('amy')).toContain(token)
      })

      test('I5 a revocation is tried until it gets through, and outlives the server that asked for it', async () => {
        const [a, b] = [server(), server()]
        await a.tokens.login(AMY)
        world.emulator.fault({ match: 'DELETE /admin/clients/*/token', kind: 'status', status: 500 })
        expect(await a.tokens.revoke('amy', { waitMs: 0 })).not.toBe('confirmed')
        await sent('DELETE /admin/clients/amy/token')
        a.crash()
        world.emulator.clearFaults()
        world.emulator.advance(LEASE)
        await b.tokens.revoke('amy')
        await drained(b.tokens)
        expect(world.live('amy')).toEqual([])
      })

      test("I5 a proxy's bare 404 confirms nothing", async () => {
        const a = server()
        await a.tokens.login(AMY)
        const match = 'DELETE /admin/clients/*/token'
        world.emulator.fault({ match, kind: 'status', status: 404, body: '<h1>Not Found</h1>', times: 1 })
        expect(await a.tokens.revoke('amy', { waitMs: 100 })).not.toBe('confirmed')
        world.emulator.advance(60_000)
        await drained(a.tokens)
        expect(world.live('amy')).toEqual([])
      })

      test('I6 a thousand logins on four servers make one request', async () => {
        const servers = [server(), server(), server(), server()]
        world.emulator.fault({ match: 'POST /admin/clients', kind: 'delay-before', ms: 50 })
        const logins = servers.flatMap(({ tokens }) => Array.from({ length: 250 }, () => tokens.login(AMY)))
        const tokens = new Set((await Promise.all(logins)).map(({ token }) => token))
        expect(tokens.size).toBe(1)
        expect(world.calls('POST /admin/clients')).toBe(1)
      })

      test('I7 a page that keeps asking while its user logs out gets nothing, until the next login', async () => {
        const [a, b] = [server(), server()]
        const here = { session: 'laptop' }
        await a.tokens.login(AMY, here)
        await a.tokens.revoke('amy', here)
        for (const { tokens } of [a, b]) {
          await expect(tokens.provision(AMY, here)).rejects.toMatchObject({ code: 'LOGGED_OUT' })
        }
        expect(world.live('amy')).toEqual([])
        const { token } = await b.tokens.login(AMY, here)
        expect((await a.tokens.provision(AMY, here)).token).toBe(token)
      })
    })
  })
}
