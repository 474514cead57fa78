// Fails on a row of docs/reliability.md that names no test, or one that does not exist: `npm run check:promises`.
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const root = new URL('..', import.meta.url)
const read = (path) => readFileSync(new URL(path, root), 'utf8')
/** A contract may be a folder. */
const readAll = (folder) =>
  readdirSync(new URL(folder, root))
    .map((name) => read(`${folder}/${name}`))
    .join('\n')
const { scripts } = JSON.parse(read('package.json'))

const PROOF = /`(?<package>[\w-]+)\/(?<file>[\w/-]+)` "(?<title>[^"]+)"/g
const COMMAND = /`npm run (?<command>[\w:]+)`/g

/** The rows of every table that has a column "Proven by". */
function promises() {
  const rows = []
  let inside = false
  for (const line of read('docs/reliability.md').split('\n')) {
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    if (cells.length === 0) inside = false
    else if (cells.at(-1) === 'Proven by') inside = true
    else if (inside && !/^-+$/.test(cells[0])) rows.push({ promise: cells[0], proof: cells.slice(1).join('|') })
  }
  return rows
}

/** What is wrong with a reference; `undefined` when the test is there. */
function missing({ package: name, file, title }) {
  const candidates = [`packages/${name}/test/${file}.test.ts`, `packages/${name}/src/${file}.ts`]
  const path = [...candidates, `packages/${name}/src/${file}`].find((candidate) => existsSync(new URL(candidate, root)))
  if (path === undefined) return `there is no file ${name}/${file}`
  // A title stands in quotes, after test( or describe( or the table of an each.
  const words = title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const named = new RegExp(`(?:(?:test|it|describe)(?:\\.\\w+)*|\\))\\(\\s*(['"\`])[^\\n]*${words}`)
  return named.test(path.endsWith('.ts') ? read(path) : readAll(path)) ? undefined : `${path} has no test "${title}"`
}

const problems = []
const rows = promises()
let proofs = 0
for (const { promise, proof } of rows) {
  const tests = [...proof.matchAll(PROOF)].map(({ groups }) => missing(groups))
  const commands = [...proof.matchAll(COMMAND)].map(({ groups }) =>
    groups.command in scripts ? undefined : `there is no script ${groups.command}`,
  )
  const found = [...tests, ...commands]
  if (found.length === 0) problems.push(`${promise}: no test`)
  proofs += found.length
  for (const problem of found) if (problem !== undefined) problems.push(`${promise}: ${problem}`)
}
for (const problem of problems) console.error(problem)
console.log(`${rows.length} promises, ${proofs} proofs, ${problems.length} missing`)
process.exit(problems.length === 0 && rows.length > 0 ? 0 : 1)
