import { run } from './run.mjs'

/** Every line of Node.js that is supported, and the first versions in which `require()` of ES modules works silently. */
export const NODES = ['20.19.0', '20', '22.13.0', '22', '24', '26']

/** Gets a version of Node.js from the npm registry. @throws Error that says why it cannot be had on this machine. */
export async function obtainNode(wanted, cwd) {
  const print = 'console.log(JSON.stringify([process.version, process.execPath]))'
  const { code, stdout, output } = await run('npx', ['-y', `node@${wanted}`, '-e', print], { cwd })
  if (code !== 0) throw new Error(output)
  const [version, path] = JSON.parse(stdout)
  if (!`${version}.`.startsWith(`v${wanted}.`)) throw new Error(`npx -y node@${wanted} ran ${version}`)
  return { version, path }
}
