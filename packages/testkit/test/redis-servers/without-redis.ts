import { redisMissing } from '@imkit-auth/testkit/redis-servers'

/** Whether a suite that starts Redis servers is to be skipped. Says why, as reporters do not show what is skipped. */
export function withoutRedis(): boolean {
  const missing = redisMissing()
  if (missing !== undefined) process.stderr.write(`${missing}\n`)
  return missing !== undefined
}
