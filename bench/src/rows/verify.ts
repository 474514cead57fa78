import { startAuthServers } from '../auth-servers.js'
import type { Contest, Row, Target } from '../contest.js'
import { CPU, P99, PER_SECOND, served } from '../http-contender.js'
import type { ServerProcess } from '../servers/server-process.js'
import { another, edDsa, hs256, type Signing } from '../signing.js'

const USERS = 1_000
const HEADERS = { 'content-type': 'application/json' }

interface Kind {
  readonly signing: Signing
  readonly plain: string
  /** How often is asked in a turn about tokens that come again, and about others each time. */
  readonly hot: { readonly amount: number; readonly targets: readonly Target[] }
  readonly cold: { readonly amount: number; readonly targets: readonly Target[] }
}

const KINDS: readonly Kind[] = [
  {
    signing: hs256(),
    plain: 'Express 4, jsonwebtoken',
    hot: { amount: 3_000, targets: [{ of: 'ratio', atLeast: 2 }] },
    cold: { amount: 2_500, targets: [{ of: 'ratio', atLeast: 1 }] },
  },
  {
    signing: edDsa(),
    plain: 'Express 4, jose (jsonwebtoken knows no EdDSA)',
    hot: { amount: 2_500, targets: [] },
    cold: { amount: 1_500, targets: [] },
  },
]

/** What the chat server asks about every token, of the service and of what an app would write itself. */
export const verify: Row = {
  name: 'verify',
  async *contests(): AsyncGenerator<Contest> {
    for (const { signing, plain: name, hot, cold } of KINDS) {
      const { plain, service, tokens } = await startAuthServers(signing, USERS)
      const unseen = (amount: number) =>
        Array.from({ length: amount }, (_, at) => another(tokens[at % tokens.length] ?? '', signing))
      const contest = (
        title: string,
        { amount, targets }: Kind['hot'],
        shown: (amount: number) => readonly string[],
      ): Contest => ({
        title: `/verify, ${signing.name}, ${title}`,
        figures: [PER_SECOND, CPU, P99],
        turns: 3,
        contenders: [
          { name, measure: () => measure(plain, shown(amount), amount) },
          { name: 'imkit-auth-service', targets, measure: () => measure(service, shown(amount), amount) },
        ],
      })
      try {
        yield contest('1,000 tokens that come again and again', hot, () => tokens)
        yield contest('every token for the first time', cold, unseen)
      } finally {
        await Promise.all([plain.stop(), service.stop()])
      }
    }
  },
}

async function measure(server: ServerProcess, tokens: readonly string[], amount: number): Promise<number[]> {
  const requests = tokens.map((token) => ({
    method: 'POST' as const,
    path: '/verify',
    headers: HEADERS,
    body: JSON.stringify({ token }),
  }))
  const { perSecond, cpu, p99 } = await served(server, { requests, amount })
  return [perSecond, cpu, p99]
}
