// Fifty sessions of one user log in from four processes at once, round after round, and every refusal is told. One that comes
// before the deadline, by the monotonic clock and by the wall clock, is a failure:
// `npm run contention -- --rounds 1000`. A round takes three seconds. The other options are those of `runContention`.
import { parseArgs } from 'node:util'
import { runContention } from '../packages/testkit/dist/contention/index.js'
import { redisMissing } from '../packages/testkit/dist/redis-servers/index.js'
import { number, progress } from './progress.mjs'

const missing = redisMissing()
if (missing !== undefined) {
  console.error(missing)
  process.exit(2)
}
const NUMBERS = ['rounds', 'sessions', 'processes', 'upstreamMs', 'deadline', 'commandTimeout']
const { values } = parseArgs({ options: Object.fromEntries(NUMBERS.map((name) => [name, { type: 'string' }])) })
const options = {
  rounds: 100,
  ...Object.fromEntries(Object.entries(values).map(([name, text]) => [name, Number(text)])),
}
const wrong = Object.entries(options).find(([, value]) => !Number.isSafeInteger(value) || value < 0)
if (wrong) {
  console.error(`--${wrong[0]} must be a whole number`)
  process.exit(2)
}

const started = performance.now()
const report = await runContention({
  ...options,
  onRound(round, { user, refusals, incidents }) {
    progress('contention', round, options.rounds, started)
    if (refusals.length + incidents.length > 0) process.stderr.write('\n')
    for (const { session, code, message, afterMs, wallMs } of refusals) {
      console.log(`${user}, ${session}: ${code} after ${inMs(afterMs)}, ${inMs(wallMs)} by the wall clock: ${message}`)
    }
    for (const incident of incidents) console.log(`${user}: ${incident}`)
  },
})

const times = report.rounds.map(({ ms }) => ms).toSorted((one, other) => one - other)
console.log(
  `${number(times.length)} rounds of ${inMs(times[Math.floor(times.length / 2)])} in the median, ${inMs(times[0])} to ${inMs(times.at(-1))}`,
)
console.log(`${number(report.admitted)} logins got a token`)
for (const [refusal, count] of Object.entries(report.refusals)) console.log(`${number(count)} were refused: ${refusal}`)
for (const violation of report.violations.slice(0, 20)) console.log(`  ${violation}`)
const isFine = report.violations.length === 0 && report.unexplained.length === 0
console.log(
  isFine
    ? 'nothing went wrong'
    : `SOMETHING WENT WRONG: ${report.violations.length} violations, ${report.unexplained.length} refusals before the deadline`,
)
process.exit(isFine ? 0 : 1)

function inMs(value = Number.NaN) {
  return `${number(Math.round(value))} ms`
}
