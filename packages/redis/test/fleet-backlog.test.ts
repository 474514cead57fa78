import { AppServer, comeToRest, Stage } from '@imkit-auth/testkit/fleet'
import { eventually } from '@imkit-auth/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { skipWithout } from './without-redis.js'

/** Tests that run beside others must not take a busy machine for a Redis that does not answer. */
const PATIENT = { deadline: 3_000, commandTimeout: 2_000 }
const AT_ONCE = 50
/** In ms. */
const DRAINS_WITHIN = 120_000

describe.skipIf(skipWithout()).sequential('revocations that wait for the chat server', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await Stage.set({ size: 3, mode: () => 'issue', ...PATIENT })
  }, 30_000)
  afterEach(() => stage.end())

  const users = (count: number) => Array.from({ length: count }, (_, n) => stage.user(`u${n}`))
  const alive = () => stage.emulator.clients().filter(({ tokens }) => tokens.length > 0).length

  test(
    'are carried by others when their process is killed, and nobody takes its place',
    { timeout: 120_000 },
    async () => {
      const doomed = new AppServer()
      await doomed.ask('start', stage.settings())
      const ours = users(30)
      await Promise.all(ours.map((user) => user.login(doomed)))
      await stage.emulator.accept(false)
      const answers = await Promise.all(ours.map((user) => user.logout(doomed)))
      expect(new Set(answers.map((answer) => answer.kind === 'done' && answer.value))).toEqual(new Set(['pending']))
      await doomed.kill()
      await stage.emulator.accept(true)
      expect(alive()).toBe(30)
      await comeToRest(stage, ours)
      expect(stage.ledger.violations).toEqual([])
      expect(alive()).toBe(0)
    },
  )

  /** Without the budget, of which 1,000 would take more than a minute of their own. */
  test('drain within two minutes, even 1,000 of them', { timeout: 240_000 }, async () => {
    const ours = users(1_000)
    for (let from = 0; from < ours.length; from += AT_ONCE) {
      const some = ours.slice(from, from + AT_ONCE)
      await Promise.all(some.map(async (user, n) => user.login(await stage.fleet.at(n))))
    }
    expect(alive()).toBe(1_000)
    await stage.emulator.accept(false)
    for (let from = 0; from < ours.length; from += AT_ONCE) {
      const some = ours.slice(from, from + AT_ONCE)
      await Promise.all(some.map(async (user, n) => user.logout(await stage.fleet.at(n))))
    }
    await stage.emulator.accept(true)
    const healed = performance.now()
    await eventually(() => expect(alive()).toBe(0), DRAINS_WITHIN)
    process.stdout.write(`1,000 revocations took ${((performance.now() - healed) / 1_000).toFixed(1)} s\n`)
    await comeToRest(stage, ours)
    expect(stage.ledger.violations).toEqual([])
  })
})
