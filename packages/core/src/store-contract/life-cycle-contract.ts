import type { TokenStore } from '../store/token-store.js'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Interleaving, type World } from './interleaving.js'

const world: fc.Arbitrary<World> = fc.record({
  mode: fc.constantFrom('issue' as const, 'assign' as const),
  server: fc.constantFrom('several' as const, 'single' as const),
  scripts: fc.array(fc.array(fc.constantFrom('P' as const, 'L' as const), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  }),
  lost: fc.nat({ max: 2 }),
  stalls: fc.nat({ max: 1 }),
  choices: fc.array(fc.nat({ max: 1_000 }), { minLength: 10, maxLength: 80 }),
})

/**
 * Runs random interleavings of logins, logouts, the outbox worker, the network and lost answers on a real store, and checks
 * I1 to I4 and that the outbox drains. The moves are those of the life-cycle model in ARCHITECTURE.md. A failing run
 * prints its seed; `LIFE_CYCLE_SEED` replays it, `LIFE_CYCLE_RUNS` asks for more.
 */
export function lifeCycleContract(factory: () => TokenStore | Promise<TokenStore>, runs = 3_000): void {
  const seed = Number(process.env['LIFE_CYCLE_SEED'] ?? Date.now() % 2 ** 31)
  const numRuns = Number(process.env['LIFE_CYCLE_RUNS'] ?? runs)

  describe('random interleavings', () => {
    test(`keep every invariant (seed ${seed}, ${numRuns} runs)`, { timeout: 600_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(world, async (setup) => {
          const run = new Interleaving(setup, await factory())
          await run.play()
          await run.comeToRest()
          expect(run.violations()).toEqual([])
        }),
        { seed, numRuns },
      )
    })
  })
}
