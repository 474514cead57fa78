import { assign, type ChatTokensOptions, type MintContext } from '@imkit-auth/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { World } from '@imkit-auth/testkit'

const LOGIN = 'POST /admin/clients'
const MINUTE = 60_000
const DAY = 86_400_000

let world: World
beforeEach(async () => {
  world = await World.create()
})
afterEach(() => world.end())

/** Lets the chat server answer the next login with this life, by a clock that is so many ms ahead of ours. */
function answerLogin(lifeMs: number, aheadMs = 0): void {
  const serverTime = world.emulator.now() + aheadMs
  world.emulator.fault({
    match: LOGIN,
    kind: 'status',
    status: 200,
    headers: { Date: new Date(serverTime).toUTCString() },
    body: { _id: 'amy', token: 'the-token', expirationDate: new Date(serverTime + lifeMs).toISOString() },
    times: 1,
  })
}

/** How long we believe the token of a login lives, in ms. */
async function lifeOfLogin(options: Partial<ChatTokensOptions> = {}): Promise<number> {
  const { expirationDate } = await world.instance(options).tokens.provision({ id: 'amy' })
  return Date.parse(expirationDate) - world.emulator.now()
}

describe('the life of a token', () => {
  test.each([
    ['ten minutes ahead', 10 * MINUTE],
    ['ten minutes behind', -10 * MINUTE],
    ['a day ahead', DAY],
  ])('is what the chat server gives it, by a clock that is %s', async (_name, ahead) => {
    answerLogin(60 * MINUTE, ahead)
    const life = await lifeOfLogin()
    expect(life).toBeGreaterThan(60 * MINUTE - 3_000)
    expect(life).toBeLessThanOrEqual(60 * MINUTE)
  })

  test('is taken as it is while the clocks may agree', async () => {
    answerLogin(60 * MINUTE)
    const { expirationDate } = await world.instance().tokens.provision({ id: 'amy' })
    expect(Math.abs(Date.parse(expirationDate) - world.emulator.now() - 60 * MINUTE)).toBeLessThan(500)
  })

  test('is at most a year', async () => {
    answerLogin(7_973 * 365 * DAY)
    expect(await lifeOfLogin()).toBeLessThanOrEqual(365 * DAY)
  })

  test('that we assign ends earlier when the chat server is ahead of us', async () => {
    const mint = ({ now }: MintContext) => ({ token: 'minted', expiresAt: now + 60 * MINUTE })
    world.emulator.fault({
      match: LOGIN,
      kind: 'status',
      status: 200,
      headers: { Date: new Date(world.emulator.now() + 10 * MINUTE).toUTCString() },
      body: { _id: 'amy' },
      times: 1,
    })
    const life = await lifeOfLogin({ mode: assign({ mint }) })
    expect(life).toBeGreaterThan(49 * MINUTE)
    expect(life).toBeLessThanOrEqual(50 * MINUTE)
  })
})

describe('a token that has expired when it arrives', () => {
  test.each([
    ['past', 'an hour ago'],
    ['invalid', 'unreadable'],
  ])('(%s) is not handed out, and not asked for again at once', async (_name, kind) => {
    const { tokens } = world.instance()
    const expirationDate = kind === 'unreadable' ? 'soon' : new Date(world.emulator.now() - 60 * MINUTE).toISOString()
    const body = { _id: 'amy', token: 'the-token', expirationDate }
    world.emulator.fault({ match: LOGIN, kind: 'status', status: 200, body })
    await expect(tokens.provision({ id: 'amy' })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    for (let i = 0; i < 20; i++) {
      await expect(tokens.provision({ id: 'amy' })).rejects.toMatchObject({ code: 'BUSY', retryAfter: 10 })
    }
    expect(world.calls(LOGIN)).toBe(1)
    world.emulator.clearFaults()
    world.emulator.advance(10_000)
    await tokens.provision({ id: 'amy' })
  })
})
