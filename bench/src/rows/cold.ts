import type { Contender, Contest, Figure, Row, Target } from '../contest.js'
import { cpuTime } from '../cpu-time.js'
import { globalFetch, imkitAuth, type LoginWay, pool, SHARING_CACHES } from '../peers/logins.js'
import { type BenchUser, newcomers, tokenOf } from '../population.js'
import { type ServerProcess, startServer } from '../servers/server-process.js'
import type { SlowChatServerAnswers } from '../servers/slow-chat-server.js'
import { percentile } from '../statistics.js'

const LOGINS = 1_000
/** In ms. */
const LATENCY = 50

const FIGURES: readonly Figure[] = [
  { name: 'wall', unit: 'ms' },
  { name: 'p99', unit: 'ms' },
  // Waiting hides it as long as the machine has nothing else to do.
  { name: 'CPU', unit: 'ms' },
  { name: 'calls' },
  { name: 'connections' },
]

/** Logins of users who have no token yet, while the chat server takes its time. */
export const cold: Row = {
  name: 'cold',
  async *contests(): AsyncGenerator<Contest> {
    const server = await startServer<SlowChatServerAnswers>({ module: 'slow-chat-server', args: [String(LATENCY)] })
    const nextUsers = newcomers()
    const sameUser = (logins: number) => () => {
      const [user] = nextUsers(1)
      return Array.from({ length: logins }, () => user as BenchUser)
    }
    const contender = (
      way: LoginWay,
      users: () => readonly BenchUser[],
      targets: readonly Target[] = [],
    ): Contender => ({
      name: way.name,
      targets,
      measure: () => loginAtOnce(server, way, users()),
    })
    try {
      yield {
        title: `1,000 logins at once of one user, the chat server ${LATENCY} ms away`,
        figures: FIGURES,
        contenders: [
          { ...contender(pool, sameUser(1)), name: `${pool.name}, one login` },
          ...[globalFetch, ...SHARING_CACHES].map((way) => contender(way, sameUser(LOGINS))),
          contender(imkitAuth, sameUser(LOGINS), [
            { of: 'wall', atMost: 1.2 * LATENCY + 10 },
            { of: 'calls', atMost: 1 },
          ]),
        ],
      }
      yield {
        title: `1,000 logins at once of as many users, the chat server ${LATENCY} ms away`,
        figures: FIGURES,
        contenders: [
          contender(pool, () => nextUsers(LOGINS)),
          contender(globalFetch, () => nextUsers(LOGINS)),
          contender(imkitAuth, () => nextUsers(LOGINS), [
            { of: 'ratio', atMost: 1.15 },
            { of: 'connections', atMost: 50 },
          ]),
        ],
      }
    } finally {
      await server.stop()
    }
  },
}

/** Everybody knocks at once. Nothing is connected at the beginning, and nobody may end without a token of their own. */
async function loginAtOnce(
  server: ServerProcess<SlowChatServerAnswers>,
  { name, open }: LoginWay,
  users: readonly BenchUser[],
): Promise<number[]> {
  await server.ask('reset')
  const { login, close } = open(server.url)
  // Nobody pays for what the one before left behind. Not a full collection: V8 forgets code that was not used between some.
  globalThis.gc?.({ type: 'minor' })
  const computed = cpuTime()
  const started = performance.now()
  const logins = await Promise.all(
    users.map(async (user) => {
      const began = performance.now()
      const token = await login(user)
      return { user, token, took: performance.now() - began }
    }),
  )
  const wall = performance.now() - started
  const cpu = cpuTime() - computed
  const { calls, connections } = await server.ask('counts')
  await close()
  for (const { user, token } of logins) {
    if (token !== tokenOf(user).token) throw new Error(`${name}: no token of their own for ${user.id}`)
  }
  const p99 = percentile(
    logins.map(({ took }) => took),
    0.99,
  )
  return [wall, p99, cpu, calls, connections]
}
