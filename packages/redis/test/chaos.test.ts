import { runChaos } from '@imkit-auth/testkit/fleet'
import { expect, test } from 'vitest'
import { skipWithout } from './without-redis.js'

const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 2 ** 31)
const kills = Number(process.env['CHAOS_KILLS'] ?? 60)

/** `CHAOS_SEED` makes the same decisions again; `pnpm chaos` kills many more. */
test.skipIf(skipWithout())(
  `a fleet keeps its promises while ${kills} of its processes are killed (seed ${seed})`,
  { timeout: 600_000 },
  async () => {
    expect((await runChaos({ seed, kills })).violations).toEqual([])
  },
)
