import { readFileSync } from 'node:fs'
import { arch, cpus, platform, totalmem } from 'node:os'

interface Manifest {
  readonly version: string
  readonly devDependencies: Readonly<Record<string, string>>
}

/** What the figures depend on: those of two machines are not comparable, their ratios nearly are. */
export function machine(): string {
  const cores = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cores.length} × ${cores[0]?.model.trim() ?? 'unknown'}, ${memory} GB, ${platform()} ${arch()}, Node.js ${process.versions.node}`
}

/** Who was measured: every peer in the version that is installed. */
export function versions(): string {
  const peers = Object.keys(manifest('..').devDependencies).filter((name) => !name.startsWith('@types/'))
  return peers.map((name) => `${name} ${manifest(`../node_modules/${name}`).version}`).join(', ')
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), 'utf8')) as Manifest
}
