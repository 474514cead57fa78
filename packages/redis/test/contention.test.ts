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
    const { admitted, refusals, violations, rounds } = await runContention({ rounds: ROUNDS, sessions: SESSIONS })
    expect({ refusals, violations, incidents: rounds.flatMap(({ incidents }) => incidents) }).toEqual({
      refusals: {},
      violations: [],
      incidents: [],
    })
    expect(admitted).toBe(ROUNDS * SESSIONS)
  },
)
