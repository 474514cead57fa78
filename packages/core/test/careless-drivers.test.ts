import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('careless-drivers', import.meta.url))
const VITEST = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url))

interface Results {
  readonly numTotalTests: number
  readonly testResults: readonly { readonly assertionResults: readonly { fullName: string; status: string }[] }[]
}

/** The tests of the driver contract that such a driver fails. */
async function failedBy(careless: string): Promise<{ total: number; failed: string[] }> {
  const child = spawn(process.execPath, [VITEST, 'run', '--root', ROOT, '--reporter', 'json'], {
    env: { ...process.env, CARELESS: careless, VITEST: undefined, VITEST_WORKER_ID: undefined, MUTANT: undefined },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const output = await text(child.stdout)
  const { numTotalTests, testResults } = JSON.parse(output.slice(output.indexOf('{'))) as Results
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
  return { total: numTotalTests, failed: failed.map(({ fullName }) => fullName) }
}

test.each([
  ['compares nothing', ['rows are replaced by who knows their version', 'steps of one user at once']],
  ['compares too early', ['rows are written by one of many at once', 'steps of one user at once']],
  ['forgets who was due', ['of more than are asked for nobody is forgotten', 'hands each revocation to one claimer']],
])('the driver contract refuses a driver that %s', { timeout: 120_000 }, async (careless, names) => {
  const { total, failed } = await failedBy(careless)
  expect(total).toBeGreaterThan(80)
  for (const name of names) expect(failed).toContainEqual(expect.stringContaining(name))
})

test('and takes one that is none of that', { timeout: 120_000 }, async () => {
  const { total, failed } = await failedBy('')
  expect(total).toBeGreaterThan(80)
  expect(failed).toEqual([])
})
