// Gets redis-server for the tests where that is possible without asking, and says so where it is not. Never fails.
import { installPackage, isInstalled } from './install-package.mjs'

installRedis()

function installRedis() {
  if (isInstalled('redis-server') || process.env['REDIS_URL']) return
  const failure = installPackage('redis-server')
  if (isInstalled('redis-server')) return
  console.error(`
********************************************************************************************************
  THERE IS NO REDIS ON THIS MACHINE: every suite with a real Redis will be SKIPPED, that is all about
  the Redis store: its contract, its outages, its restarts, cluster and sentinel.
  To run them all, install redis-server, e.g. with \`apt-get install redis-server\`.
  To run those that need just one standalone server, set REDIS_URL, e.g. to redis://127.0.0.1:6379.
********************************************************************************************************
${failure ? `\n${failure}\n` : ''}`)
}
