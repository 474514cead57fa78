import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where Debian keeps servers that it does not have on everybody's PATH. */
const SBIN = ['/usr/sbin', '/usr/local/sbin']

/** Installs what a command is in, where that is possible without asking. What went wrong, if anything did. */
export function installPackage(name) {
  const elevated = elevation()
  if (!elevated) return undefined
  const aptGet = [...elevated, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
  // Without fresh lists, the old ones may do.
  run([...aptGet, 'update', '-qq'])
  return run([...aptGet, 'install', '-y', '-qq', '--no-install-recommends', name])
}

export function isInstalled(command) {
  return [...(process.env['PATH'] ?? '').split(delimiter), ...SBIN].some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}

/** What to put before a command for root, or undefined where packages cannot be installed without asking. */
function elevation() {
  if (!isInstalled('apt-get')) return undefined
  if (process.getuid?.() === 0) return []
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined
}

function run([command, ...args]) {
  const { status, stderr, error } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
  return status === 0 ? undefined : `${[command, ...args].join(' ')}: ${error?.message ?? stderr.trim()}`
}
