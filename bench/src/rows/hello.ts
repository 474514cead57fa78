import type { Contender, Contest, Row } from '../contest.js'
import { CPU, P99, PER_SECOND, served } from '../http-contender.js'
import { type ServerProcess, startServer } from '../servers/server-process.js'
import { HELLO_USERS, USER_HEADER } from '../servers/hello-users.js'

const FRAMEWORKS = [
  { name: 'Express', module: 'hello-express', amount: 1_200 },
  { name: 'Koa', module: 'hello-koa', amount: 2_000 },
  { name: 'Nest', module: 'hello-nest', amount: 1_000 },
]
const REQUESTS = HELLO_USERS.map(({ id }) => ({ path: '/hello', headers: { [USER_HEADER]: id } }))

/** What a cached token costs a page: the server's own time, as requests a second depend on who asks as well. */
export const hello: Row = {
  name: 'hello',
  async *contests(): AsyncGenerator<Contest> {
    for (const { name, module, amount } of FRAMEWORKS) {
      const start = (kind: string) => startServer({ module, args: [kind] })
      const contender = (of: string, server: ServerProcess): Contender => ({
        name: of,
        async measure() {
          const { cpu, perSecond, p99 } = await served(server, { requests: REQUESTS, amount })
          return [cpu, perSecond, p99]
        },
      })
      const [own, binding] = await Promise.all([start('lru'), start('binding')])
      try {
        yield {
          title: `Hello in ${name}, to users with a cached token`,
          figures: [CPU, PER_SECOND, P99],
          turns: 8,
          contenders: [
            contender('async middleware with an lru-cache get', own),
            { ...contender('imkit-auth', binding), targets: [{ of: 'ratio', atMost: 1.03 }] },
          ],
        }
      } finally {
        await Promise.all([own.stop(), binding.stop()])
      }
    }
  },
}
