import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './run.mjs'

/** A test of each contract that a careless store has to fail. */
const NOTICED = [
  'logout takes the tokens and queues their revocations',
  'budget never lets more than 900 through',
  'random interleavings keep every invariant',
]

/** Runs a test file of an app with the app's vitest, on that runtime. Resolves to its tests. @throws Error when there are none. */
async function runTests({ name, path, args }, file, folder, env) {
  const report = join(folder, `${file}.json`)
  await rm(report, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const vitest = [join('node_modules', 'vitest', 'vitest.mjs'), 'run', ...reporters, file]
  const options = { cwd: folder, env: { DENO_NO_UPDATE_CHECK: '1', RUNTIME: name, ...env } }
  const { code, output } = await run(path, [...args, ...vitest], options)
  const { testResults } = JSON.parse(await readFile(report, 'utf8').catch(() => '{"testResults":[]}'))
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const failed = tests.filter(({ status }) => status !== 'passed')
  // Without a failed test, what went wrong is not the store.
  if (tests.length === 0 || (code !== 0 && failed.length === 0)) throw new Error(output)
  return { tests, failed }
}

/** Has a test file of an app prove a store. Resolves to how many tests did. @throws Error with what those say that do not. */
export async function proveStore(runtime, file, folder) {
  const { tests, failed } = await runTests(runtime, file, folder)
  const said = failed.map(({ fullName, failureMessages }) => [fullName, ...failureMessages].join('\n'))
  if (failed.length > 0) throw new Error(said.join('\n'))
  return `${tests.length} tests`
}

/** Has the same file try a careless store. @throws Error when a contract does not notice. */
export async function refuteStore(runtime, file, folder) {
  const { tests, failed } = await runTests(runtime, file, folder, { CARELESS: '1' })
  const missed = NOTICED.filter((name) => !failed.some(({ fullName }) => fullName.includes(name)))
  if (missed.length > 0) throw new Error(`Nothing is wrong with a careless store, say:\n${missed.join('\n')}`)
  return `${failed.length} of ${tests.length} tests notice`
}
