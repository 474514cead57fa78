import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dependOn, runSilently } from './apps.mjs'
import { mustRun } from './run.mjs'

const FIXTURE = fileURLToPath(new URL('../../checks/next/', import.meta.url))
const env = { NEXT_TELEMETRY_DISABLED: '1' }

/** Installs Next.js and our tarballs into an app that asks for its tokens at the top of a route's module. */
export async function installNext(folder, tarballs) {
  await cp(FIXTURE, folder, { recursive: true })
  await dependOn(['core', 'emulator'], folder, tarballs)
  await mustRun('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder })
}

/** Has Next.js build the app, where nothing configures the chat. */
export async function buildNext(folder) {
  await mustRun(process.execPath, [join('node_modules', 'next', 'dist', 'bin', 'next'), 'build'], { cwd: folder, env })
}

/** Has what was built answer a token. @throws Error unless it does, and in silence. */
export const startNext = (folder) => runSilently(process.execPath, ['answers.mjs'], { cwd: folder, env })
