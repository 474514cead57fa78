import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyApp, runApp } from './apps.mjs'
import { mustRun } from './run.mjs'
import { THIS_NODE } from './runtimes.mjs'

/** Package managers that let a package find nothing but what it declares. */
export const MANAGERS = {
  /** Each package sees its own dependencies alone. */
  async pnpm(folder, manifest, ours) {
    await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, pnpm: { overrides: ours } }))
    await mustRun('npx', ['-y', 'pnpm@10.34.9', 'install', '--ignore-workspace', '--ignore-scripts'], { cwd: folder })
    return runApp(THIS_NODE, 'app.cjs', folder)
  },
  /** There is no node_modules at all. */
  async 'yarn with Plug’n’Play'(folder, manifest, ours) {
    const registry = (await mustRun('npm', ['config', 'get', 'registry'], { cwd: folder })).stdout.trim()
    const yarnrc = 'nodeLinker: pnp\nenableTelemetry: false\nenableImmutableInstalls: false\nenableScripts: false\n'
    await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, resolutions: ours }))
    await writeFile(join(folder, '.yarnrc.yml'), `${yarnrc}npmRegistryServer: ${JSON.stringify(registry)}\n`)
    await writeFile(join(folder, 'yarn.lock'), '')
    await mustRun('npx', ['-y', '@yarnpkg/cli-dist@4', 'install'], { cwd: folder })
    // As `yarn node` does, whose loader warns of itself. From an archive Node.js requires no ES modules, as jose's: an ESM app.
    const args = ['--no-warnings', '-r', './.pnp.cjs', '--loader', './.pnp.loader.mjs']
    return runApp({ ...THIS_NODE, args }, 'app.mjs', folder)
  },
}

/** Installs our tarballs with that package manager beside the newest frameworks, and runs an app. */
export async function runManaged(manager, temporary, tarballs) {
  const folder = join(temporary, `managed-${Object.keys(MANAGERS).indexOf(manager)}`)
  const { manifest, ours } = await copyApp('newest', folder, tarballs)
  // What the app is tested with elsewhere is not run here.
  const { vitest: _vitest, 'fast-check': _fastCheck, ...dependencies } = manifest.dependencies
  return MANAGERS[manager](folder, { ...manifest, dependencies }, ours)
}
