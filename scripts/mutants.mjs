// Takes one mechanism of the token life cycle out at a time and expects the suites to notice, with each store:
// `npm run mutants [name]`.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { MUTANTS } from '../packages/testkit/dist/mutants.js'

/** The tests of the life cycle, by the store they run on. */
const STORES = {
  memory: { suites: ['core/test/invariants', 'core/test/memory-store', 'core/test/schedules'] },
  // Interleavings take longer there, and their failures many more to be made small.
  Redis: { suites: ['redis/test/invariants'], env: { LIFE_CYCLE_RUNS: '60' } },
}

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !(name in MUTANTS))
if (unknown.length > 0) {
  console.error(`There is no mutant ${unknown.join(', ')}. Choose from: ${Object.keys(MUTANTS).join(', ')}`)
  process.exit(2)
}

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))

/** Runs the life-cycle suites of one store, against a mutant when one is named. */
function run(store, mutant) {
  const started = performance.now()
  const { suites, env } = STORES[store]
  const files = suites.map((name) => `packages/${name}.test.ts`)
  const child = spawn(process.execPath, [vitest, 'run', '--reporter', 'json', ...files], {
    env: { ...process.env, ...env, MUTANT: mutant ?? '' },
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
        const { numTotalTests: total, numFailedTests: failed, numPendingTests: skipped, testResults } = JSON.parse(json)
        const first = testResults.flatMap((file) => file.assertionResults).find(({ status }) => status === 'failed')
        resolve({ total, failed, skipped, seconds, first: first?.title, complaint: complaint.trim() })
      } catch {
        resolve({ total: 0, failed: 0, skipped: 0, seconds, first: complaint.trim().split('\n')[0] })
      }
    })
  })
}

let survivors = 0
for (const store of Object.keys(STORES)) {
  const baseline = await run(store, undefined)
  const passed = baseline.total - baseline.failed - baseline.skipped
  console.log(
    `${`${store}, the code itself`.padEnd(38)} ${passed} of ${baseline.total} tests pass (${baseline.seconds} s)`,
  )
  if (baseline.total > 0 && baseline.skipped === baseline.total) {
    console.log(`${store}: skipped. ${baseline.complaint}`)
    continue
  }
  if (passed === 0 || baseline.failed > 0) survivors += 1
  for (const name of chosen.length > 0 ? chosen : Object.keys(MUTANTS)) {
    const { total, failed, seconds, first } = await run(store, name)
    // Every test must have run: a mutant that merely does not load has not been caught.
    const caught = failed > 0 && total === baseline.total
    if (!caught) survivors += 1
    const verdict = caught ? `caught by ${failed} of ${total} tests` : 'NOT CAUGHT'
    const what = `${store}, without ${MUTANTS[name].without}`.padEnd(38)
    console.log(`${what} ${verdict} (${seconds} s)${first ? `, first: ${first}` : ''}`)
  }
}
console.log(survivors === 0 ? 'every mutant is caught' : 'some mutant survives, or the code itself fails')
process.exit(survivors === 0 ? 0 : 1)
