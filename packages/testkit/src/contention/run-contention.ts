import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { startRedis } from '../redis-servers/index.js'
import { AppServer } from './app-server.js'
import type { Refusal } from './messages.js'
import { holdRound, type Round } from './round.js'

export interface ContentionOptions {
  readonly rounds: number
  /** How many sessions of one user log in at once, spread over the processes. @default 50 */
  readonly sessions?: number
  /** @default 4 */
  readonly processes?: number
  /** How long the chat server takes for an answer, in ms. @default 50 */
  readonly upstreamMs?: number
  /**
   * How long a login may take, in ms. The logins of a user go to the chat server one after the other: those of a round take
   * `sessions` × `upstreamMs` at least.
   * @default 15_000
   */
  readonly deadline?: number
  /** How long a Redis command may take, in ms. @default 2_000 */
  readonly commandTimeout?: number
  readonly onRound?: (round: number, result: Round) => void
}

export interface ContentionReport {
  readonly rounds: readonly Round[]
  /** How many logins got a token. */
  readonly admitted: number
  /** How often logins were refused, for each code and message. */
  readonly refusals: Readonly<Record<string, number>>
  /** Refusals before the deadline, by either clock. */
  readonly unexplained: readonly Refusal[]
  /** What must not be: a token that does not work, or that is not its session's own. */
  readonly violations: readonly string[]
}

/** Round after round, all sessions of a new user log in at the same moment at app servers that share a Redis. */
export async function runContention(options: ContentionOptions): Promise<ContentionReport> {
  const { processes = 4, sessions = 50, upstreamMs = 50, deadline = 15_000, commandTimeout = 2_000 } = options
  const redis = await startRedis({ args: ['--appendonly', 'yes'] })
  const emulator = await startEmulator({ rateLimit: 0 })
  const servers: AppServer[] = []
  try {
    slowDown(emulator, upstreamMs)
    const { url: serverUrl, apiKey } = emulator
    const settings = { redisUrl: redis.url, serverUrl, apiKey, deadline, commandTimeout }
    for (let process = 0; process < processes; process++) servers.push(await AppServer.start(settings))
    const rounds: Round[] = []
    for (let round = 1; round <= options.rounds; round++) {
      const result = await holdRound({ servers, emulator, user: `user ${round}`, sessions })
      rounds.push(result)
      options.onRound?.(round, result)
    }
    const refusals = rounds.flatMap((round) => round.refusals)
    return {
      rounds,
      admitted: rounds.reduce((sum, { admitted }) => sum + admitted, 0),
      refusals: counted(refusals.map(({ code, message }) => `${code}: ${message}`)),
      unexplained: refusals.filter(({ afterMs, wallMs }) => Math.max(afterMs, wallMs) < deadline),
      violations: rounds.flatMap(({ violations }) => violations),
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    await emulator.close()
    await redis.stop()
  }
}

function slowDown(emulator: Emulator, ms: number): void {
  if (ms > 0) emulator.fault({ match: 'POST /admin/clients', kind: 'delay-before', ms })
}

function counted(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
