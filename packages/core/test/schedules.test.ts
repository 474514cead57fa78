import { runSchedules } from '@imkit-auth/testkit/simulation'
import { expect, test } from 'vitest'

const seed = Number(process.env['SCHEDULES_SEED'] ?? Date.now() % 2 ** 31)
const runs = Number(process.env['SCHEDULES_RUNS'] ?? 15_000)

/** `SCHEDULES_SEED` replays a failing run; `pnpm soak` plays many more. */
test(`${runs} random schedules of a fleet keep every invariant (seed ${seed})`, { timeout: 600_000 }, async () => {
  expect((await runSchedules({ seed, runs })).failure).toBeUndefined()
})
