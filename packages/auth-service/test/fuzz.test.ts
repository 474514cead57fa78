import { runVerifyFuzz } from '@imkit-auth/testkit/verify-fuzz'
import { expect, test } from 'vitest'

const seed = Number(process.env['VERIFY_SEED'] ?? Date.now() % 2 ** 31)
const runs = Number(process.env['VERIFY_RUNS'] ?? 20_000)

/** `VERIFY_SEED` makes the choices of a failing run again; `pnpm fuzz:verify` shows many more. */
test(
  `${runs} tokens that nobody minted are refused, and none with 5xx (seed ${seed})`,
  { timeout: 600_000 },
  async () => {
    const { violations, answers } = await runVerifyFuzz({ seed, runs })
    expect(violations).toEqual([])
    // Whoever refuses everything proves nothing.
    expect(answers['as it was minted']?.[200]).toBeGreaterThan(runs / 200)
    expect(answers['as it was minted']?.[401]).toBeGreaterThan(runs / 200)
    expect(Object.keys(answers).length).toBeGreaterThan(40)
  },
)
