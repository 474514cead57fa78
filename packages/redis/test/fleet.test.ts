import { setTimeout as sleep } from 'node:timers/promises'
import { comeToRest, Stage } from '@imkit-auth/testkit/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { skipWithout } from './without-redis.js'

const ROUNDS = 40
/** Tests that run beside others must not take a busy machine for a Redis that does not answer. */
const PATIENT = { deadline: 3_000, commandTimeout: 2_000 }

describe.skipIf(skipWithout()).each(['issue', 'assign'] as const)('a fleet of four processes, %s', (mode) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.set({ size: 4, mode: () => mode, ...PATIENT })
  }, 30_000)
  afterAll(() => stage.end())

  const users = (name: string, count: number) => Array.from({ length: count }, (_, n) => stage.user(`${name}${n}`))
  const obtainsOf = (user: string) =>
    stage.emulator
      .requests()
      .filter(({ path, body }) => path === '/admin/clients' && (body as { _id: string })._id === user).length

  test('obtains one token for 1,000 logins at once, ten times out of ten', { timeout: 60_000 }, async () => {
    const servers = await stage.fleet.all()
    for (const { id } of users('popular', 10)) {
      const answers = await Promise.all(servers.map((server) => server.ask('crowd', { user: id, size: 250 })))
      const [token] = stage.ledger.live(id)
      expect(answers).toEqual(servers.map(() => ({ kind: 'done', value: { [String(token)]: 250 } })))
      expect(obtainsOf(id)).toBe(1)
    }
  })

  test('sees a logout in every process at once', { timeout: 60_000 }, async () => {
    const [a, b] = [await stage.fleet.at(0), await stage.fleet.at(1)]
    for (const user of users('visitor', ROUNDS)) {
      const before = await user.login(a)
      expect(await user.page(b)).toEqual(before)
      expect(await user.logout(a)).toMatchObject({ kind: 'done' })
      expect(await user.page(b)).toEqual({ kind: 'failed', code: 'LOGGED_OUT' })
      expect(await user.login(b)).not.toEqual(before)
    }
    expect(stage.ledger.violations).toEqual([])
  })

  test('keeps its promises when a login in one process meets a logout in another', { timeout: 60_000 }, async () => {
    const racers = users('racer', 8)
    const race = async (user: (typeof racers)[number], lane: number) => {
      await user.login(await stage.fleet.at(lane))
      for (let round = 0; round < ROUNDS; round++) {
        const old = user.session
        const [logout, login] = await Promise.all([
          sleep(round % 5).then(async () => user.logout(await stage.fleet.at(lane + round), old)),
          sleep(round % 7).then(async () => user.login(await stage.fleet.at(lane + round + 1))),
          sleep(round % 3).then(async () => user.page(await stage.fleet.at(lane + round + 2), old)),
        ])
        expect([logout.kind, login.kind]).toEqual(['done', 'done'])
        expect(await user.page(await stage.fleet.at(lane + round + 3))).toMatchObject({ kind: 'done' })
      }
      await user.logout(await stage.fleet.at(lane))
    }
    await Promise.all(racers.map(race))
    await comeToRest(stage, racers)
    expect(stage.ledger.violations).toEqual([])
    expect(racers.filter(({ id }) => stage.ledger.live(id).length > 0)).toHaveLength(0)
  })

  test('ends the page that keeps asking while its user logs out', { timeout: 60_000 }, async () => {
    const askers = users('asker', ROUNDS)
    const ends = askers.map(async (user, lane) => {
      const { fleet } = stage
      await user.login(await fleet.at(lane))
      const { session } = user
      // The logout of another session takes the token they share, so that the page needs a new one.
      await user.login(await fleet.at(lane))
      await user.logout(await fleet.at(lane))
      let isOut = false
      const pages = [1, 2, 3].map(async (place) => {
        const answers: string[] = []
        for (let rest = 3; rest > 0; rest -= isOut ? 1 : 0) {
          const answer = await user.page(await fleet.at(lane + place), session)
          answers.push(answer.kind === 'failed' ? answer.code : answer.kind)
        }
        return answers
      })
      await sleep(lane)
      await user.logout(await fleet.at(lane), session)
      isOut = true
      return (await Promise.all(pages)).map((answers) => answers.at(-1))
    })
    expect(new Set((await Promise.all(ends)).flat())).toEqual(new Set(['LOGGED_OUT']))
    await comeToRest(stage, askers)
    expect(stage.ledger.violations).toEqual([])
    expect(askers.filter(({ id }) => stage.ledger.live(id).length > 0)).toHaveLength(0)
  })
})
