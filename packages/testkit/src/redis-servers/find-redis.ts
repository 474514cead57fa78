import { findCommand } from '../find-command.js'

/** What a suite needs: servers that it starts and kills as it likes, or one that may belong to somebody else. */
export type RedisNeeded = 'servers of its own' | 'any server'

/** The path of `redis-server`, if it is on the PATH. */
export function findRedis(): string | undefined {
  return findCommand('redis-server')
}

/**
 * Why suites with a real Redis are skipped and how to get them, or undefined when they can run. A suite that needs no
 * more than any server can run with REDIS_URL as well.
 */
export function redisMissing(needed: RedisNeeded = 'servers of its own'): string | undefined {
  if (findRedis() !== undefined || (needed === 'any server' && process.env['REDIS_URL'])) return undefined
  return needed === 'any server'
    ? 'Skipped without a real Redis: install redis-server, e.g. with `apt-get install redis-server`, or set REDIS_URL.'
    : 'Skipped without Redis servers of its own: install redis-server, e.g. with `apt-get install redis-server` ' +
        '(REDIS_URL is only enough for the suites that need just one standalone server).'
}
