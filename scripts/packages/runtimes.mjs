import { run } from './run.mjs'

/** How each is told to run a line and a file. */
const COMMANDS = {
  node: { line: ['-e'], file: [] },
  bun: { line: ['-e'], file: [] },
  deno: { line: ['eval'], file: ['run', '-A'] },
}

/** What every app runs, one group after the other and the files of a group at once. The life cycle looks at the clock, and runs alone. */
const TOUR = ['app.mjs', 'app.cjs']
const LIFE_CYCLE = ['life-cycle.mjs']

/**
 * Every line of Node.js that is supported, and the first versions in which `require()` of ES modules works silently. Of the
 * others, the oldest and the newest.
 */
export const RUNTIMES = [
  { name: 'node', wanted: '20.19.0', groups: [TOUR, LIFE_CYCLE] },
  ...['20', '22.13.0', '22', '24', '26'].map((wanted) => ({ name: 'node', wanted, groups: [TOUR] })),
  { name: 'bun', wanted: '1.2.23', groups: [LIFE_CYCLE] },
  { name: 'bun', wanted: '1', groups: [LIFE_CYCLE] },
  { name: 'deno', wanted: '2.8.0', groups: [LIFE_CYCLE] },
  { name: 'deno', wanted: '2', groups: [LIFE_CYCLE] },
]

/** The Node.js that runs this. */
export const THIS_NODE = { name: 'node', path: process.execPath, args: COMMANDS.node.file }

/** Gets a runtime from the npm registry. @throws Error that says why it cannot be had on this machine. */
export async function obtainRuntime({ name, wanted }, cwd) {
  // All of them know `process`.
  const print = `console.log(JSON.stringify([process.versions.${name}, process.execPath]))`
  const { code, stdout, output } = await run('npx', ['-y', `${name}@${wanted}`, ...COMMANDS[name].line, print], { cwd })
  if (code !== 0) throw new Error(output)
  const [version, path] = JSON.parse(stdout)
  if (!`${version}.`.startsWith(`${wanted}.`)) throw new Error(`npx -y ${name}@${wanted} ran ${version}`)
  return { name, path, args: COMMANDS[name].file }
}
