import { FAULTS, OPERATIONS, runFaultMatrix } from '@imkit-auth/testkit/faults'
import { expect, test } from 'vitest'

const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 2 ** 31)
const seeds = Number(process.env['FAULTS_SEEDS'] ?? 1)

test('there are more than 60 faults, each with a name of its own', () => {
  expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length)
  expect(FAULTS.length).toBeGreaterThan(60)
})

/** `FAULTS_SEED` replays the runs of a seed, `FAULTS_SEEDS` asks for that many from there on. */
test(
  `every fault in every operation loses, leaks and delays nothing (seed ${seed})`,
  { timeout: 3_600_000 },
  async () => {
    const report = await runFaultMatrix({ firstSeed: seed, seeds })
    expect(report.violations).toEqual([])
    expect(report).toMatchObject({ runs: FAULTS.length * OPERATIONS.length * seeds, unhandled: 0, late: 0 })
    expect(report.unmet).toBeLessThan(report.runs / 100)
  },
)
