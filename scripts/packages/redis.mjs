import { redisMissing, startRedis } from '../../packages/testkit/dist/redis-servers/index.js'

/** Why there is no Redis for the apps, and how to get one; undefined when there is one. */
export const whyNoRedis = () => redisMissing('any server')

/** The Redis of REDIS_URL, or one that is started here. */
export async function obtainRedis() {
  const url = process.env.REDIS_URL
  return url ? { url, stop: async () => {} } : startRedis()
}
