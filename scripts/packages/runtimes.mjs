import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runSilently } from './apps.mjs'
import { run } from './run.mjs'

const LIFE_CYCLE = fileURLToPath(new URL('../../checks/runtimes/life-cycle.mjs', import.meta.url))

/** How each is told to run a line and a file. */
const COMMANDS = {
  node: { line: ['-e'], file: [] },
  bun: { line: ['-e'], file: [] },
  deno: { line: ['eval'], file: ['run', '-A'] },
}

/** What runs the life cycle: the oldest and the newest of each. */
export const RUNTIMES = [
  { name: 'node', wanted: '20.19.0' },
  { name: 'bun', wanted: '1.2.23' },
  { name: 'bun', wanted: '1' },
  { name: 'deno', wanted: '2.8.0' },
  { name: 'deno', wanted: '2' },
]

/** Gets a runtime from the npm registry. @throws Error that says why it cannot be had on this machine. */
export async function obtainRuntime(name, wanted, cwd) {
  // All of them know `process`.
  const print = `console.log(JSON.stringify([process.versions.${name}, process.execPath]))`
  const { code, stdout, output } = await run('npx', ['-y', `${name}@${wanted}`, ...COMMANDS[name].line, print], { cwd })
  if (code !== 0) throw new Error(output)
  const [version, path] = JSON.parse(stdout)
  if (!`${version}.`.startsWith(`${wanted}.`)) throw new Error(`npx -y ${name}@${wanted} ran ${version}`)
  return { path, args: COMMANDS[name].file }
}

/** Runs the life cycle in an app's folder. Resolves to what it says. */
export async function runLifeCycle({ path, args }, folder) {
  await copyFile(LIFE_CYCLE, join(folder, 'life-cycle.mjs'))
  return runSilently(path, [...args, 'life-cycle.mjs'], { cwd: folder, env: { DENO_NO_UPDATE_CHECK: '1' } })
}
