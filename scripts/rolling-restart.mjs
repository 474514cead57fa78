// Restarts three processes of an app behind nginx, one after the other, while users log in and out, and looks for lost
// logouts, logins without chat and requests that failed: `pnpm rolling-restart`. ROLLING_LOGINS says how many (2,000).
// It needs redis-server and nginx.
import { redisMissing } from '../packages/testkit/dist/redis-servers/index.js'
import { nginxMissing, rollingRestart } from '../packages/testkit/dist/rolling-restart/index.js'
import { number, progress } from './progress.mjs'

const missing = [redisMissing(), nginxMissing()].filter((text) => text !== undefined)
if (missing.length > 0) {
  console.error(missing.join('\n'))
  process.exit(2)
}
const logins = Number(process.env.ROLLING_LOGINS ?? 2_000)
/** Each process three times, at least. */
const RESTARTS = 9
const started = performance.now()
const report = await rollingRestart({
  logins,
  restarts: RESTARTS,
  // A few more come until the last of the restarts is done.
  onProgress: (visits) => visits <= logins && progress('rolling restart', visits, logins, started),
})

const { failures, exitMs, accidents, nginx } = report
const minutes = ((performance.now() - started) / 60_000).toFixed(1)
console.log(`\n${number(report.restarts)} restarts in ${minutes} minutes`)
console.log(`a process ended ${seconds(exitMs.median)} after SIGTERM in the median, ${seconds(exitMs.max)} at most`)
console.log(
  table({
    'users came': report.visits,
    'logins answered': report.logins,
    '  of them without chat': report.loginsWithoutChat,
    'logouts answered': report.logouts,
    '  of them lost: the token works in the end': report.logoutsLost,
    '  of them ahead: the token worked at that moment': report.logoutsAhead,
    'answers 502': report.answers502,
  }),
)
show('requests that failed', failures)
show('what nginx logged', nginx)
for (const accident of accidents) console.log(`a process ${accident}`)
const wrong = report.loginsWithoutChat + report.logoutsLost + Object.keys(failures).length + accidents.length
console.log(wrong === 0 ? 'nothing went wrong' : 'SOMETHING WENT WRONG')
process.exit(wrong === 0 ? 0 : 1)

function seconds(ms) {
  return `${(ms / 1_000).toFixed(1)} s`
}

function show(what, figures) {
  if (Object.keys(figures).length > 0) console.log(`${what}:\n${table(figures)}`)
}

function table(figures) {
  return Object.entries(figures)
    .map(([name, times]) => `  ${number(times).padStart(7)} ${name}`)
    .join('\n')
}
