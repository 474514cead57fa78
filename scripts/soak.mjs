// Everything that is random, for as long as it takes: `pnpm soak [--schedules n] [--seeds n] [--seed n]`.
// The defaults are the figures of docs/reliability.md; `--seed` replays a run that failed.
import { parseArgs } from 'node:util'
import { number, progress } from './progress.mjs'
import { inWorker } from './soak/in-worker.mjs'

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '500000' },
    seeds: { type: 'string', default: '80' },
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
      progress('schedules', done, wanted, started)
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
  const half = Math.ceil(seeds / 2)
  const done = [0, 0]
  const part = (lane, firstSeed, count) =>
    inWorker('matrix', { seeds: count, firstSeed, concurrency: 24 }, (runs, total) => {
      done[lane] = runs
      progress('fault matrix', done[0] + done[1], Math.round((total * seeds) / count), started)
    })
  const reports = await Promise.all([
    part(0, seed, half),
    ...(seeds > half ? [part(1, seed + half, seeds - half)] : []),
  ])
  const sum = (what) => reports.reduce((all, report) => all + report[what], 0)
  const violations = reports.flatMap((report) => report.violations)
  for (const violation of violations.slice(0, 20)) console.log(violation)
  const worst = Math.max(...reports.map(({ worstMs }) => worstMs))
  return {
    // A run whose fault nobody met proves nothing.
    ok: violations.length === 0 && sum('late') === 0 && sum('unmet') < sum('runs') / 100,
    summary: `${number(sum('runs'))} faulty runs (${sum('unmet')} of them met no fault): ${violations.length} violations, ${sum('unhandled')} unhandled rejections, ${sum('late')} calls past deadline + 100 ms (the last one ended ${worst.toFixed(0)} ms after its deadline)`,
  }
}

async function leakHunt() {
  const report = await inWorker('leaks', {}, (done, total) => progress('leak hunt', done, total, started))
  for (const hit of report.hits.slice(0, 20)) console.log(hit)
  return {
    ok: report.hits.length === 0,
    summary: `${number(report.runs)} runs watched at ${report.sinks} sinks: ${report.hits.length} leaks`,
  }
}
