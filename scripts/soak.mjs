// Everything that is random, for as long as it takes: `pnpm soak [--schedules n] [--seeds n] [--seed n]`.
// The defaults are the figures of docs/reliability.md; `--seed` replays a run that failed.
import { parseArgs } from 'node:util'
import { inWorker } from './soak/in-worker.mjs'

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '500000' },
    seeds: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const seed = Number(values.seed)
const started = performance.now()
console.log(`seed ${seed}`)

const parts = [
  // Two processes at once: nothing in them is measured by the clock.
  await schedules(Number(values.schedules)),
  await faultMatrix(Number(values.seeds)),
  await leakHunt(),
].filter((part) => part !== undefined)

const minutes = ((performance.now() - started) / 60_000).toFixed(1)
const failed = parts.filter(({ ok }) => !ok)
console.log(`\nseed ${seed}, ${minutes} minutes`)
for (const { summary } of parts) console.log(summary)
console.log(failed.length === 0 ? 'nothing went wrong' : 'SOMETHING WENT WRONG')
process.exit(failed.length === 0 ? 0 : 1)

async function schedules(wanted) {
  const BATCH = 2_500
  const counts = {}
  let [done, unhandled, next] = [0, 0, seed]
  let failure
  const lane = async () => {
    while (!failure && next - seed < Math.ceil(wanted / BATCH)) {
      const report = await inWorker('schedules', { seed: next++, runs: BATCH })
      done += report.runs
      unhandled += report.unhandled
      failure ??= report.failure
      for (const [what, times] of Object.entries(report.counts)) counts[what] = (counts[what] ?? 0) + times
      progress('schedules', done, wanted)
    }
  }
  await Promise.all([lane(), lane()])
  if (failure) console.log(failure)
  const what = Object.entries(counts).map(([name, times]) => `${number(times)} ${name}`)
  return {
    ok: !failure && unhandled === 0,
    summary: `${number(done)} schedules: ${failure ? 'VIOLATED' : '0 violations'}, ${unhandled} unhandled rejections\n  ${what.join(', ')}`,
  }
}

async function faultMatrix(seeds) {
  if (seeds === 0) return undefined
  const report = await inWorker('matrix', { seeds, firstSeed: seed }, (done, total) =>
    progress('fault matrix', done, total),
  )
  for (const violation of report.violations.slice(0, 20)) console.log(violation)
  return {
    ok: report.violations.length === 0 && report.late === 0,
    summary: `${number(report.runs)} faulty runs: ${report.violations.length} violations, ${report.unhandled} unhandled rejections, ${report.late} calls past deadline + 100 ms (the latest by ${report.worstMs.toFixed(0)} ms)`,
  }
}

async function leakHunt() {
  const report = await inWorker('leaks', {}, (done, total) => progress('leak hunt', done, total))
  for (const hit of report.hits.slice(0, 20)) console.log(hit)
  return {
    ok: report.hits.length === 0,
    summary: `${number(report.runs)} runs watched at ${report.sinks} sinks: ${report.hits.length} leaks`,
  }
}

function progress(what, done, total) {
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  process.stderr.write(`\r\x1b[K${what}: ${number(done)} of ${number(total)} (${seconds} s)`)
  if (done >= total) process.stderr.write('\n')
}

function number(value) {
  return value.toLocaleString('en')
}
