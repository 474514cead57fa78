// Compiles every snippet of the READMEs and docs, strictly: `npm run check:snippets`, after a build.
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { readerOf } from './packages/readers.mjs'
import { run } from './packages/run.mjs'
import { snippetsOf } from './packages/snippets.mjs'

const ROOT = new URL('..', import.meta.url)
const HERE = fileURLToPath(new URL('checks/snippets/', ROOT))
const GENERATED = new URL('checks/snippets/generated/', ROOT)
const TSC = fileURLToPath(new URL('node_modules/typescript/bin/tsc', ROOT))
/** Its TypeScript is compiled in apps of Nest's: `npm run check:packages`. */
const NEST = 'packages/nestjs/README.md'

async function documents() {
  const entries = async (folder) => (await readdir(new URL(folder, ROOT))).map((name) => `${folder}/${name}`)
  const folders = ['.', 'docs', 'bench', ...(await entries('packages')), ...(await entries('examples'))]
  const files = (await Promise.all(folders.map(entries))).flat().map((file) => file.replace('./', ''))
  return files.filter((file) => file.endsWith('.md') && !file.endsWith('CHANGELOG.md'))
}

/** Every snippet as a file of its own; what is written for browsers says so in its name. */
async function writeSnippets() {
  await rm(GENERATED, { recursive: true, force: true })
  await cp(new URL('checks/snippets/reader/', ROOT), GENERATED, { recursive: true })
  const snippets = new Map()
  for (const readme of await documents()) {
    const found = snippetsOf(await readFile(new URL(readme, ROOT), 'utf8'), readerOf(readme))
    for (const snippet of readme === NEST ? found.filter(({ kind }) => kind === 'js') : found) {
      const { kind, code, fenceLine } = snippet
      const browser = kind === 'js' && /\b(location|document|window)\./.test(code) ? '.browser' : ''
      // Those of a document may import each other by name.
      const isNamed = readme.startsWith('docs/') && !snippet.file.startsWith('readme-')
      const file = isNamed ? snippet.file : `${readme.replaceAll('/', '-')}-${fenceLine}${browser}.${kind}`
      await writeFile(new URL(file, GENERATED), code)
      snippets.set(file, { readme, ...snippet })
    }
  }
  return snippets
}

/** The compiler's complaints, each with its place in the README. */
async function compile(project, snippets) {
  const args = [TSC, '-p', `tsconfig.${project}.json`, '--pretty', 'false']
  const { code, output } = await run(process.execPath, args, { cwd: HERE })
  if (code === 0) return []
  return output.split(/\n(?! )/).map((complaint) =>
    complaint.replace(/^generated\/(\S+)\((\d+),\d+\)/, (place, file, line) => {
      const snippet = snippets.get(file)
      return snippet ? `${snippet.readme}:${snippet.line + Number(line) - 1}` : place
    }),
  )
}

/** What starts an emulator is a whole program. README.md's, a server, is run by a test of examples/express. */
async function runPrograms(snippets) {
  const programs = [...snippets.values()].filter(({ code }) => code.startsWith('import { startEmulator }'))
  const results = programs.map(async ({ readme, fenceLine, code: program }) => {
    const { code, output } = await run(process.execPath, ['--input-type=module', '-e', program], { cwd: HERE })
    return code === 0 ? [] : [`${readme}:${fenceLine}: ${output}`]
  })
  return (await Promise.all(results)).flat()
}

/** The driver of docs/stores.md is proven in apps: what runs there is what stands here. */
async function compareDriver(snippets) {
  const proven = await readFile(new URL('checks/packages/own-store.test.ts', ROOT), 'utf8')
  const driver = [...snippets.values()].find(
    ({ readme, file }) => readme === 'docs/stores.md' && file === 'table-driver.ts',
  )
  const code = driver?.code.slice(driver.code.indexOf('export interface'))
  return code && proven.includes(code.trim())
    ? []
    : ['docs/stores.md: its driver is another than that of checks/packages/own-store.test.ts']
}

const snippets = await writeSnippets()
const projects = ['ts', 'js', 'browser'].map((project) => compile(project, snippets))
const problems = (await Promise.all([...projects, runPrograms(snippets), compareDriver(snippets)])).flat()
for (const problem of problems) console.error(problem)
console.log(`${snippets.size} snippets, ${problems.length} problems`)
process.exit(problems.length === 0 && snippets.size > 0 ? 0 : 1)
