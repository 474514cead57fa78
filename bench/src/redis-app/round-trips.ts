import { type RedisProxy, type RedisServer, startProxy } from '@imkit-auth/testkit/redis-servers'
import type { Contender, Contest, Target } from '../contest.js'
import type { BenchUser } from '../population.js'
import { CLIENT_LIBRARIES } from './client-libraries.js'
import { RedisApp } from './redis-app.js'

/** What one operation sends, counted on the wire: by a proxy that would cost too much where time is measured. */
export async function* roundTrips(redis: RedisServer): AsyncGenerator<Contest> {
  const proxy = await startProxy(redis)
  const apps: RedisApp[] = []
  try {
    const contenders: Contender[] = []
    for (const library of CLIENT_LIBRARIES) {
      const app = await RedisApp.open(library, proxy.url)
      apps.push(app)
      contenders.push(...counted(app, proxy, library.name))
    }
    yield { title: 'Round trips to Redis', figures: [{ name: 'round trips' }, { name: 'commands' }], contenders }
  } finally {
    for (const app of apps) await app.close()
    await proxy.stop()
  }
}

function counted(app: RedisApp, proxy: RedisProxy, library: string): Contender[] {
  const { tokens } = app
  const known = async () => (await app.loggedIn(1))[0] ?? { id: '' }
  const unknown = async () => app.newUsers(1)[0] ?? { id: '' }

  function contender(
    name: string,
    atMost: number,
    prepare: () => Promise<BenchUser>,
    work: (user: BenchUser) => Promise<unknown>,
  ): Contender {
    const targets: readonly Target[] = [{ of: 'round trips', atMost }]
    return {
      name: `${name}, ${library}`,
      targets,
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
