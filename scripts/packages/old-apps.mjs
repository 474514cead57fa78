import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mustRun } from './run.mjs'

const FIXTURES = fileURLToPath(new URL('../../checks/old-apps/', import.meta.url))

/** Apps in CommonJS as they were written years ago: a folder each. */
export async function oldApps() {
  const entries = await readdir(FIXTURES, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

/** Installs our tarballs into such an app with a plain `npm install`, and runs the app's own tests. Resolves to what they say. */
export async function testOldApp(name, temporary, tarballs) {
  const folder = join(temporary, `old-${name}`)
  await cp(join(FIXTURES, name), folder, { recursive: true })
  await cp(join(FIXTURES, 'chat.test.js'), join(folder, 'test/chat.test.js'))
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const ours = ['core', 'emulator', name.split('-')[0]].map((one) => `@imkit-auth/${one}`)
  const dependencies = {
    ...manifest.dependencies,
    ...Object.fromEntries(ours.map((one) => [one, `file:${tarballs.get(one)}`])),
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, dependencies }))
  await mustRun('npm', ['install'], { cwd: folder })
  const { stdout } = await mustRun('npm', ['test'], { cwd: folder })
  return /\d+ passing/.exec(stdout)?.[0]
}
