import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { redisMissing, startRedis } from '@imkit-auth/testkit/redis-servers'
import { AppServers } from '../app-servers/app-servers.js'
import { imkitAuth } from '../app-servers/imkit-auth.js'
import type { Contender, Contest, Row } from '../contest.js'
import { API_KEY } from '../issue-call.js'
import { SHARED_CACHES } from '../peers/shared-caches.js'
import { spread } from '../statistics.js'

const PROCESSES = 4
const LOGINS = 250
const UPSTREAM_MS = 50
/** So many users come in a round, one after the other: a single one tells more about the weather. */
const USERS = 5

/** A cold user who logs in everywhere at once: who asks the chat server how often, and when everybody is in. */
export const processes: Row = {
  name: 'processes',
  missing: redisMissing,
  async *contests(): AsyncGenerator<Contest> {
    const redis = await startRedis()
    // In this process, which has nothing else to do while they log in.
    const chatServer = await startEmulator({ apiKey: API_KEY, rateLimit: 0 })
    chatServer.fault({ match: 'POST /admin/clients', kind: 'delay-before', ms: UPSTREAM_MS })
    const servers = await AppServers.start(PROCESSES, {
      redis: { host: '127.0.0.1', port: redis.port, url: redis.url },
      serverUrl: chatServer.url,
    })
    try {
      const peers = SHARED_CACHES.map(({ name }) => contender(name, servers, chatServer))
      const targets = [
        { of: 'ratio', atMost: 1 },
        { of: 'upstream calls', atMost: 1 },
      ]
      yield {
        title: `${PROCESSES} processes × ${LOGINS} logins of one cold user, one Redis, the chat server ${UPSTREAM_MS} ms away`,
        figures: [{ name: 'wall', unit: 'ms' }, { name: 'upstream calls' }],
        contenders: [...peers, { ...contender(imkitAuth.name, servers, chatServer), targets }],
      }
    } finally {
      await servers.stop()
      await chatServer.close()
      await redis.stop()
    }
  },
}

function contender(name: string, servers: AppServers, chatServer: Emulator): Contender {
  let users = 0
  return {
    name,
    async measure() {
      const walls: number[] = []
      const calls: number[] = []
      for (let user = 0; user < USERS; user++) {
        // Nobody has seen them before, whatever cache it is.
        const userId = `${name} ${++users}`
        const { ms, tokens } = await servers.logIn({ cache: name, userId, count: LOGINS })
        walls.push(ms)
        calls.push(issued(chatServer, userId, tokens))
      }
      return [spread(walls).median, Math.max(...calls)]
    },
  }
}

/** How often the chat server was asked for this user. @throws Error when a token is not one of those that it issued. */
function issued(chatServer: Emulator, userId: string, tokens: ReadonlySet<string>): number {
  const client = chatServer.clients().find(({ _id }) => _id === userId)
  const live = new Set(client?.tokens.map(({ token }) => token))
  for (const token of tokens) if (!live.has(token)) throw new Error(`${userId} got a token that nobody issued`)
  return chatServer.requests().filter(({ body }) => (body as { _id?: unknown } | null)?._id === userId).length
}
