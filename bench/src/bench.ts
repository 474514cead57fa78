import { parseArgs } from 'node:util'
import { machine, versions } from './machine.js'
import { ROWS } from './rows/index.js'
import { runRow } from './run-row.js'
import { table } from './table.js'

const USAGE = `Usage: pnpm bench [row…] [--rounds n] [--json]

Rows: ${ROWS.map(({ name }) => name).join(', ')}; all of them when none is named.

  --rounds n   how often everything is measured, in turns (default 7; the README's figures need at least that)
  --json       prints all values as JSON instead of tables
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const unknown = positionals.filter((name) => !ROWS.some((row) => row.name === name))
if (values.help || unknown.length > 0 || !Number.isSafeInteger(rounds) || rounds < 1) {
  const problem = values.help
    ? ''
    : unknown.length > 0
      ? `There is no row "${unknown.join('", "')}".\n\n`
      : '--rounds must be a positive whole number.\n\n'
  console.error(problem + USAGE)
  process.exit(values.help ? 0 : 2)
}

const chosen = ROWS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const started = performance.now()
const results = []
let failed = false
if (!values.json) console.log(`${machine()}\n${versions()}\n${rounds} rounds in turns: median (min–max)\n`)

for (const [at, row] of chosen.entries()) {
  const reason = row.missing?.()
  if (reason !== undefined) {
    console.error(`${row.name}: ${reason}\n`)
    continue
  }
  try {
    const contests = await runRow(row, rounds, (title, round) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(0)
      process.stderr.write(
        `\r\x1b[K${row.name} (${at + 1} of ${chosen.length}): ${title}, round ${round} of ${rounds} (${seconds} s)`,
      )
    })
    process.stderr.write('\r\x1b[K')
    results.push({ row: row.name, contests })
    if (!values.json) for (const contest of contests) console.log(table(contest))
  } catch (error) {
    failed = true
    console.error(`\n${(error as Error).message}\n`)
  }
}
if (values.json)
  console.log(JSON.stringify({ machine: machine(), versions: versions(), rounds, results }, undefined, 2))
process.exit(failed ? 1 : 0)
