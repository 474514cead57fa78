// Shows /verify tokens that nobody minted: `pnpm fuzz:verify [--runs n] [--seed n]`. The seed makes the same choices again.
import { parseArgs } from 'node:util'
import { runVerifyFuzz } from '../packages/testkit/dist/verify-fuzz/index.js'
import { number, progress } from './progress.mjs'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const runs = Number(values.runs)
const seed = Number(values.seed)
const started = performance.now()
console.log(`seed ${seed}`)
const report = await runVerifyFuzz({ seed, runs, onProgress: (done) => progress('verify', done, runs, started) })

const kinds = Object.entries(report.answers).sort(([a], [b]) => a.localeCompare(b))
const sum = (test) =>
  kinds.reduce(
    (all, [kind, answers]) =>
      all + Object.entries(answers).reduce((of, [status, times]) => (test(kind, Number(status)) ? of + times : of), 0),
    0,
  )
for (const [kind, answers] of kinds) {
  const times = Object.entries(answers).map(([status, count]) => `${number(count)} × ${status}`)
  console.log(`  ${kind.padEnd(55)}${times.join(', ')}`)
}
const minutes = ((performance.now() - started) / 60_000).toFixed(1)
console.log(
  `seed ${seed}, ${minutes} minutes: ${number(sum(() => true))} tokens shown, ${number(report.mutated)} of them mutated`,
)
console.log(`  ${number(sum((_, status) => status >= 500))} answers of 5xx`)
console.log(`  ${number(report.otherSignatures)} live ES256 tokens with the other signature that ECDSA has, accepted`)
for (const violation of report.violations) console.log(`  ${violation}`)
const ok = report.violations.length === 0
console.log(ok ? 'no forged or ended token was accepted' : `SOMETHING WENT WRONG, seed ${seed}`)
process.exit(ok ? 0 : 1)
