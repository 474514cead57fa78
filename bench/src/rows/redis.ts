import { redisMissing, startRedis } from '@imkit-auth/testkit/redis-servers'
import type { Contender, Contest, Row, Target } from '../contest.js'
import { CLIENT_LIBRARIES, type ClientLibrary } from '../redis-app/client-libraries.js'
import { type Counts, operations } from '../redis-app/operations.js'
import { RedisApp } from '../redis-app/redis-app.js'
import { roundTrips } from '../redis-app/round-trips.js'

const FEW: Counts = { reads: 4_000, logins: 300, logouts: 300 }
const MANY: Counts = { reads: 20_000, logins: 1_500, logouts: 500 }
const CONCURRENCIES = [1, 64, 512]

/** Tokens in Redis: what the library adds to the one command that nobody can do without. */
export const redis: Row = {
  name: 'redis',
  missing: redisMissing,
  async *contests(): AsyncGenerator<Contest> {
    for (const library of CLIENT_LIBRARIES) {
      for (const concurrency of CONCURRENCIES) yield* besideGet(library, concurrency)
      yield* roundTrips(library)
    }
  },
}

async function* besideGet(library: ClientLibrary, concurrency: number): AsyncGenerator<Contest> {
  // Each has a Redis of its own, in which nobody has left anything.
  const server = await startRedis()
  const app = await RedisApp.open(library, server.url)
  try {
    const [get, hit, ...others] = await operations(app, concurrency, concurrency === 1 ? FEW : MANY)
    if (!get || !hit) throw new Error('nothing to compare')
    const contenders: Contender[] = [get, { ...hit, targets: targetsOf(library, concurrency) }, ...others]
    yield {
      title: `Redis with ${library.name}, ${concurrency} at a time, the chat server at no cost`,
      figures: [{ name: 'each', unit: 'µs' }, { name: 'a second' }],
      contenders,
    }
  } finally {
    await app.close()
    await server.stop()
  }
}

function targetsOf({ name }: ClientLibrary, concurrency: number): readonly Target[] {
  const ratio = { of: 'ratio', atMost: 1.5 }
  return name === 'ioredis' && concurrency === 64 ? [ratio, { of: 'a second', atLeast: 25_000 }] : [ratio]
}
