import type { Emulator } from '@imkit-auth/emulator'
import type { AppServer } from './app-server.js'
import type { Admission, Refusal, Report } from './messages.js'

/** What came of one round. */
export interface Round {
  readonly user: string
  /** From the signal until the last login was answered, in ms. */
  readonly ms: number
  readonly admitted: number
  readonly refusals: readonly Refusal[]
  /** Steps of the store that failed, and what the app servers logged. */
  readonly incidents: readonly string[]
  readonly violations: readonly string[]
}

export interface RoundOptions {
  readonly servers: readonly AppServer[]
  readonly emulator: Emulator
  readonly user: string
  /** How many there are. */
  readonly sessions: number
}

/** All sessions log in at once. Then all of their tokens must work, and every app server must know whose is whose. */
export async function holdRound({ servers, emulator, user, sessions: count }: RoundOptions): Promise<Round> {
  const sessions = servers.map((_, at) => namesOf(count, servers.length, at))
  const began = performance.now()
  const logins = await toAll(servers, 'log in', user, sessions)
  const ms = performance.now() - began
  const outcomes = logins.flatMap((report) => report.outcomes)
  const admissions = outcomes.filter((outcome) => outcome.kind === 'admitted')
  const refusals = outcomes.filter((outcome) => outcome.kind === 'refused')

  // Everybody is asked for the sessions of the server before.
  const elsewhere = servers.map((_, at) => sessions.at(at - 1) ?? [])
  const looks = await toAll(servers, 'look', user, elsewhere)
  const stored = new Map(looks.flatMap(({ tokens }, at) => (elsewhere[at] ?? []).map((name, n) => [name, tokens[n]])))

  const live = emulator.clients().find(({ _id }) => _id === user)?.tokens ?? []
  return {
    user,
    ms,
    admitted: admissions.length,
    refusals,
    incidents: [...logins, ...looks].flatMap((report) => report.incidents),
    violations: violationsOf(admissions, new Set(live.map(({ token }) => token)), stored).map(
      (what) => `${user}: ${what}`,
    ),
  }
}

function violationsOf(
  admissions: readonly Admission[],
  live: ReadonlySet<string>,
  stored: ReadonlyMap<string, string | undefined>,
): string[] {
  const violations: string[] = []
  const owners = new Map<string, string>()
  for (const { session, token } of admissions) {
    const other = owners.get(token)
    if (other !== undefined) violations.push(`${session} got the token of ${other}`)
    owners.set(token, session)
    if (!live.has(token)) violations.push(`${session} got a token that does not work`)
    if (stored.get(session) !== token) violations.push(`another app server has another token for ${session}, or none`)
  }
  return violations
}

function toAll(
  servers: readonly AppServer[],
  kind: 'log in' | 'look',
  user: string,
  sessions: readonly (readonly string[])[],
): Promise<Report[]> {
  return Promise.all(servers.map((server, at) => server.tell({ kind, user, sessions: sessions[at] ?? [] })))
}

/** The sessions of one app server. */
function namesOf(count: number, servers: number, at: number): string[] {
  return Array.from({ length: count }, (_, n) => n)
    .filter((n) => n % servers === at)
    .map((n) => `session ${n}`)
}
