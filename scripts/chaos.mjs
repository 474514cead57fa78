// Kills app servers that share a Redis, one after another, and Redis itself now and then: `pnpm chaos`.
// CHAOS_KILLS says how many (1,000), CHAOS_SEED makes the same decisions again; the timing between processes is never the same.
import { runChaos } from '../packages/testkit/dist/fleet/index.js'
import { redisMissing } from '../packages/testkit/dist/redis-servers/index.js'
import { number, progress } from './progress.mjs'

const missing = redisMissing()
if (missing !== undefined) {
  console.error(missing)
  process.exit(2)
}
const kills = Number(process.env.CHAOS_KILLS ?? 1_000)
const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 2 ** 31)
const started = performance.now()
console.log(`seed ${seed}`)
const report = await runChaos({ seed, kills, onProgress: (killed) => progress('chaos', killed, kills, started) })

const { counts, violations } = report
const minutes = ((performance.now() - started) / 60_000).toFixed(1)
console.log(`\nseed ${seed}, ${minutes} minutes`)
console.log(`${number(report.kills)} processes killed:\n${table(report.killsAt)}`)
console.log(`${report.redisKills} kills of Redis`)
console.log(
  `${number(report.issued)} tokens issued, ${number(report.revocations)} revocations confirmed by the chat server`,
)
console.log(`what users did and what came of it:\n${table(counts)}`)
console.log(
  `${report.rests} times at rest, after ${(report.longestRestMs / 1_000).toFixed(1)} s at most: ${violations.length} violations`,
)
for (const violation of violations.slice(0, 20)) console.log(`  ${violation}`)
console.log(violations.length === 0 ? 'nothing went wrong' : `SOMETHING WENT WRONG, seed ${seed}`)
process.exit(violations.length === 0 ? 0 : 1)

function table(figures) {
  return Object.entries(figures)
    .map(([name, times]) => `  ${number(times).padStart(7)} ${name}`)
    .join('\n')
}
