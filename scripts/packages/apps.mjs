import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mustRun, run } from './run.mjs'

const FIXTURES = fileURLToPath(new URL('../../checks/packages/', import.meta.url))
const OF_RUNTIMES = fileURLToPath(new URL('../../checks/runtimes/', import.meta.url))

/** The frameworks the apps are made with: a folder each, with a package.json. */
export async function appNames() {
  const entries = await readdir(FIXTURES, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

/** Makes an app in an empty folder. Resolves to its manifest, with our tarballs among its dependencies, and those alone. */
export async function copyApp(name, folder, tarballs) {
  await cp(OF_RUNTIMES, folder, { recursive: true })
  for (const entry of await readdir(FIXTURES, { withFileTypes: true })) {
    if (entry.isFile()) await cp(join(FIXTURES, entry.name), join(folder, entry.name))
  }
  const manifest = JSON.parse(await readFile(join(FIXTURES, name, 'package.json'), 'utf8'))
  const ours = Object.fromEntries([...tarballs].map(([ourName, path]) => [ourName, `file:${path}`]))
  return { manifest: { ...manifest, dependencies: { ...manifest.dependencies, ...ours } }, ours }
}

/** Makes an app and installs its frameworks and our tarballs, as npm's users do. */
export async function installApp(name, folder, tarballs) {
  const { manifest } = await copyApp(name, folder, tarballs)
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error']
  await mustRun('npm', ['install', ...quiet], { cwd: folder })
}

/** Adds some of our tarballs to what an app in that folder depends on. */
export async function dependOn(names, folder, tarballs) {
  const path = join(folder, 'package.json')
  const manifest = JSON.parse(await readFile(path, 'utf8'))
  const ours = names.map((name) => [`@imkit-auth/${name}`, `file:${tarballs.get(`@imkit-auth/${name}`)}`])
  const dependencies = { ...manifest.dependencies, ...Object.fromEntries(ours) }
  await writeFile(path, JSON.stringify({ ...manifest, dependencies }))
}

/** Runs a file of an app, which uses the Redis at that address if there is one. @throws Error unless it ends well and in silence. */
export const runApp = ({ path, args }, file, folder, redisUrl = '') =>
  runSilently(path, [...args, file], { cwd: folder, env: { DENO_NO_UPDATE_CHECK: '1', REDIS_URL: redisUrl } })

/**
 * Resolves to what an app says on stdout.
 *
 * @throws Error unless it ends well and has not said a word on stderr, such as a warning.
 */
export async function runSilently(command, args, options) {
  const { code, stdout, stderr, output } = await run(command, args, { ...options, timeout: 60_000 })
  if (code !== 0) throw new Error(output)
  if (stderr !== '') throw new Error(`A silent run was expected, but stderr says:\n${stderr.trim()}`)
  return stdout.trim()
}
