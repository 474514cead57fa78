// Gets redis-server for the tests where that is possible without asking, and says so where it is not. Never fails.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

installRedis()

function installRedis() {
  if (isOnPath('redis-server') || process.env['REDIS_URL']) return
  const elevated = elevation()
  const failure = elevated && install(elevated)
  if (isOnPath('redis-server')) return
  console.error(`
********************************************************************************************************
  THERE IS NO REDIS ON THIS MACHINE: every suite with a real Redis will be SKIPPED, that is all about
  the Redis store: its contract, its outages, its restarts, cluster and sentinel.
  To run them all, install redis-server, e.g. with \`apt-get install redis-server\`.
  To run those that need just one standalone server, set REDIS_URL, e.g. to redis://127.0.0.1:6379.
********************************************************************************************************
${failure ? `\n${failure}\n` : ''}`)
}

/** What to put before a command for root, or undefined where packages cannot be installed without asking. */
function elevation() {
  if (!isOnPath('apt-get')) return undefined
  if (process.getuid?.() === 0) return []
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined
}

/** What went wrong, if anything did. */
function install(elevated) {
  const aptGet = [...elevated, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
  // Without fresh lists, the old ones may do.
  run([...aptGet, 'update', '-qq'])
  return run([...aptGet, 'install', '-y', '-qq', '--no-install-recommends', 'redis-server'])
}

function run([command, ...args]) {
  const { status, stderr, error } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
  return status === 0 ? undefined : `${[command, ...args].join(' ')}: ${error?.message ?? stderr.trim()}`
}

function isOnPath(name) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}
