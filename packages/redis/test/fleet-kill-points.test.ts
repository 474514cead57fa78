import { setTimeout as sleep } from 'node:timers/promises'
import { comeToRest, type FleetUser, KILL_POINTS, nameOf, Stage } from '@imkit-auth/testkit/fleet'
import { describe, expect, test } from 'vitest'
import { PLACES, scenesOf } from './kill-scenes.js'
import { skipWithout } from './without-redis.js'

/** So long a user may have to wait after the death of a process, in ms: its lease, and a little for everything else. */
const WITHIN = 10_000
/** How often a scene is played: on a busy machine another process may be quicker than the one that is to die. */
const TRIES = 3

/** What a user does next whose process has died. */
const NEXT = {
  async 'logs in and out'(stage: Stage, user: FleetUser): Promise<void> {
    for (const place of [PLACES.other, PLACES.victim]) {
      while ((await user.login(await stage.fleet.at(place))).kind !== 'done') await sleep(50)
      await user.logout(await stage.fleet.at(place))
    }
  },
  async 'logs out'(stage: Stage, user: FleetUser): Promise<void> {
    await user.logout(await stage.fleet.at(PLACES.other))
  },
  async 'logs in'(stage: Stage, user: FleetUser): Promise<void> {
    while ((await user.login(await stage.fleet.at(PLACES.other))).kind !== 'done') await sleep(50)
  },
}

describe.skipIf(skipWithout()).each(['issue', 'assign'] as const)('a process killed at a named point, %s', (mode) => {
  test.each(['logs in and out', 'logs out', 'logs in'] as const)(
    'leaves nothing behind when its user %s next',
    { timeout: 120_000 },
    async (next) => {
      const stage = await Stage.set({ size: 3, spares: 3, commandTimeout: 1_000, mode: () => mode })
      try {
        const users: FleetUser[] = []
        const recovered: Promise<unknown>[] = []
        let longest = 0
        for (const point of KILL_POINTS) {
          for (const [n, scene] of scenesOf(point).entries()) {
            if (scene.quiet) await Promise.all(recovered)
            const victim = await stage.fleet.at(PLACES.victim)
            let user = stage.user(`${nameOf(point)} ${n}`)
            for (let tries = 1; victim.isAlive && tries <= TRIES; tries++) {
              user = stage.user(`${nameOf(point)} ${n}, ${tries}`)
              users.push(user)
              await scene.play(stage, user, victim, () => victim.ask('arm', point))
              await Promise.race([victim.ended, sleep(2_000)])
            }
            expect(victim.isAlive, `${user.id}: it lives`).toBe(false)
            const died = performance.now()
            const recovers = NEXT[next](stage, user)
            recovered.push(recovers.then(() => (longest = Math.max(longest, performance.now() - died))))
          }
        }
        await Promise.all(recovered)
        const drainedIn = await comeToRest(stage, users)
        expect(stage.ledger.violations).toEqual([])
        expect(Math.max(drainedIn, longest)).toBeLessThan(WITHIN)
      } finally {
        await stage.end()
      }
    },
  )
})
