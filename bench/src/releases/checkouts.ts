import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout that this file belongs to. */
export const THIS_TREE: string = fileURLToPath(new URL('../../..', import.meta.url))

/** Where a checkout of the last release is, built. */
export function lastRelease(): string {
  return resolve(process.env['LAST_RELEASE'] ?? '')
}

/** Why there is nothing to compare with; `undefined` when there is. */
export function lastReleaseMissing(): string | undefined {
  if (!process.env['LAST_RELEASE']) return 'set LAST_RELEASE to the folder of a built checkout of the last release'
  const missing = ['core', 'redis'].map((name) => entryOf(lastRelease(), name)).find((file) => !existsSync(file))
  return missing === undefined ? undefined : `LAST_RELEASE is no built checkout: ${missing} is missing`
}

/** The module that a package of that checkout exports. */
export function entryOf(checkout: string, name: string): string {
  return resolve(checkout, 'packages', name, 'dist', 'index.js')
}
