import { cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dependOn } from './apps.mjs'
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
  await dependOn(['core', 'emulator', name.split('-')[0]], folder, tarballs)
  await mustRun('npm', ['install'], { cwd: folder })
  const { stdout } = await mustRun('npm', ['test'], { cwd: folder })
  return /\d+ passing/.exec(stdout)?.[0]
}
