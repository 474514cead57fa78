// Takes one mechanism of the token life cycle out at a time and expects the suite to notice: `pnpm mutants [name]`.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { MUTANTS } from '../packages/testkit/dist/mutants.js'

const SUITES = ['invariants', 'memory-store', 'schedules'].map((name) => `packages/core/test/${name}.test.ts`)

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !(name in MUTANTS))
if (unknown.length > 0) {
  console.error(`There is no mutant ${unknown.join(', ')}. Choose from: ${Object.keys(MUTANTS).join(', ')}`)
  process.exit(2)
}

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))

/** Runs the life-cycle suites, against a mutant when one is named. */
function run(mutant) {
  const started = performance.now()
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'core', '--reporter', 'json', ...SUITES], {
    env: { ...process.env, MUTANT: mutant ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let complaint = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (complaint += chunk))
  return new Promise((resolve) => {
    child.on('close', () => {
      const json = output.slice(output.indexOf('{'))
      const seconds = ((performance.now() - started) / 1000).toFixed(0)
      try {
        const { numTotalTests, numFailedTests, testResults } = JSON.parse(json)
        const first = testResults.flatMap((file) => file.assertionResults).find(({ status }) => status === 'failed')
        resolve({ total: numTotalTests, failed: numFailedTests, seconds, first: first?.title })
      } catch {
        resolve({ total: 0, failed: 0, seconds, first: complaint.trim().split('\n')[0] })
      }
    })
  })
}

const baseline = await run(undefined)
console.log(
  `the code itself              ${baseline.total - baseline.failed} of ${baseline.total} tests pass (${baseline.seconds} s)`,
)
let survivors = baseline.total === 0 || baseline.failed > 0 ? 1 : 0
for (const name of chosen.length > 0 ? chosen : Object.keys(MUTANTS)) {
  const { total, failed, seconds, first } = await run(name)
  // Every test must have run: a mutant that merely does not load has not been caught.
  const caught = failed > 0 && total === baseline.total
  if (!caught) survivors += 1
  const verdict = caught ? `caught by ${failed} of ${total} tests` : 'NOT CAUGHT'
  console.log(
    `${`without ${MUTANTS[name].without}`.padEnd(28)} ${verdict} (${seconds} s)${first ? `, first: ${first}` : ''}`,
  )
}
console.log(survivors === 0 ? 'every mutant is caught' : 'some mutant survives, or the code itself fails')
process.exit(survivors === 0 ? 0 : 1)
