import { runContention } from '@imkit-auth/testkit/contention'
import { expect, test } from 'vitest'
import { skipWithout } from './without-redis.js'

const ROUNDS = 5
const SESSIONS = 50

/** `npm run contention` does it a hundred times. */
test.skipIf(skipWithout())(
  'fifty sessions of one user that log in from four processes at once each get a token of their own',
  { timeout: 120_000 },
  async () => {
    const { admitted, unexplained, violations, rounds } = await runContention({ rounds: ROUNDS, sessions: SESSIONS })
    const incidents = rounds.flatMap((round) => round.incidents)
    expect({ unexplained, violations, incidents }).toEqual({ unexplained: [], violations: [], incidents: [] })
    // A wall clock that is set forward ends logins that are under way.
    const refused = rounds.flatMap(({ refusals }) => refusals).length
    expect(admitted).toBe(ROUNDS * SESSIONS - refused)
    expect(admitted).toBeGreaterThan(0)
  },
)
