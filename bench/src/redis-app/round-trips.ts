import { type RedisProxy, startProxy, startRedis } from '@imkit-auth/testkit/redis-servers'
import type { Contender, Contest } from '../contest.js'
import type { BenchUser } from '../population.js'
import type { ClientLibrary } from './client-libraries.js'
import { RedisApp } from './redis-app.js'

/** What one operation sends, counted on the wire: by a proxy that would cost too much where time is measured. */
export async function* roundTrips(library: ClientLibrary): AsyncGenerator<Contest> {
  const server = await startRedis()
  const proxy = await startProxy(server)
  const app = await RedisApp.open(library, proxy.url)
  try {
    yield {
      title: `Round trips to Redis, with ${library.name}`,
      figures: [{ name: 'round trips' }, { name: 'commands' }],
      contenders: counted(app, proxy),
    }
  } finally {
    await app.close()
    await proxy.stop()
    await server.stop()
  }
}

function counted(app: RedisApp, proxy: RedisProxy): Contender[] {
  const { tokens } = app
  const known = async () => only(await app.loggedIn(1))
  const unknown = async () => only(app.newUsers(1))

  function contender(
    name: string,
    atMost: number,
    prepare: () => Promise<BenchUser>,
    work: (user: BenchUser) => Promise<unknown>,
  ): Contender {
    return {
      name,
      targets: [{ of: 'round trips', atMost }],
      async measure() {
        const user = await prepare()
        const record = proxy.record()
        await work(user)
        record.stop()
        return [record.roundTrips, record.commands.length]
      },
    }
  }

  return [
    contender('provision() of a cached user', 1, known, (user) => tokens.provision(user)),
    contender('provision() of a new user', 3, unknown, (user) => tokens.provision(user)),
    contender('revoke(), confirmed', 2, known, async ({ id }) => {
      const outcome = await tokens.revoke(id)
      if (outcome !== 'confirmed') throw new Error(`a logout was ${outcome}`)
    }),
  ]
}

function only([user]: readonly BenchUser[]): BenchUser {
  if (!user) throw new Error('nobody')
  return user
}
