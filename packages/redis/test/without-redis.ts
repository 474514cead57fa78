import { redisMissing } from '@imkit-auth/testkit/redis-servers'

/** Whether a suite has to be skipped. Says why, as reporters do not show what is skipped. */
export function skipWithout(needed: 'servers of its own' | 'any server' = 'servers of its own'): boolean {
  const missing = redisMissing(needed)
  if (missing !== undefined) process.stderr.write(`${missing}\n`)
  return missing !== undefined
}
