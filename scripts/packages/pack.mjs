import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRun } from './run.mjs'

const PACKAGES = new URL('../../packages/', import.meta.url)

/** The packages that are published: name and folder of all that are not private. */
export async function publicPackages() {
  const found = []
  for (const entry of await readdir(PACKAGES, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const folder = entry.name
    const manifest = JSON.parse(await readFile(new URL(`${folder}/package.json`, PACKAGES), 'utf8'))
    if (!manifest.private) found.push({ name: manifest.name, folder: new URL(`${folder}/`, PACKAGES) })
  }
  return found
}

/** Packs a package as publishing would. Resolves to the path of its tarball and the files in it. */
export async function pack(folder, destination) {
  const args = ['-y', 'pnpm@10.34.9', 'pack', '--json', '--pack-destination', destination]
  const { stdout } = await mustRun('npx', args, { cwd: folder })
  const { filename } = JSON.parse(stdout)
  const tarball = join(destination, filename.slice(filename.lastIndexOf('/') + 1))
  // What pnpm lists leaves out the license, which it adds.
  const list = await mustRun('tar', ['-tzf', tarball], { cwd: destination })
  return {
    tarball,
    files: list.stdout
      .trim()
      .split('\n')
      .map((path) => path.replace(/^package\//, '')),
  }
}
