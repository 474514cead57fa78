import type { Schedule } from './schedule.js'

/** What is known about a token. */
interface Birth {
  readonly user: string
  readonly session: string | undefined
  /** When the request for it was sent, on the ledger's own count of events. */
  readonly at: number
}

/**
 * The outside view that everything is judged by: who asked for which token when, who logged out when, and what reached
 * a page. It counts events, not time.
 */
export class Ledger {
  readonly violations: string[] = []
  /** How often what happened: a suite in which nothing goes wrong proves nothing. */
  readonly counts: Map<string, number> = new Map()
  readonly #perSession: boolean
  readonly #revokesByName: boolean
  readonly #births = new Map<string, Birth>()
  /** When each user, and each of their sessions, was last logged out in the store. */
  readonly #logouts = new Map<string, number>()
  readonly #handedOut = new Set<string>()
  readonly #reported = new Set<string>()
  #events = 0

  constructor({ scope, ignoreDeleteBody }: Pick<Schedule, 'scope' | 'ignoreDeleteBody'>) {
    this.#perSession = scope === 'session'
    this.#revokesByName = !ignoreDeleteBody
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }

  violated(what: string): void {
    this.violations.push(what)
  }

  /** The present moment. */
  tick(): number {
    return ++this.#events
  }

  born(token: string, user: string, session: string | undefined, at: number): void {
    if (!this.#births.has(token)) this.#births.set(token, { user, session: this.#perSession ? session : undefined, at })
  }

  loggedOut(user: string, session: string | undefined): void {
    const at = this.tick()
    this.count('logouts')
    this.#logouts.set(user, at)
    if (session === undefined) for (const name of ['s0', 's1']) this.#logouts.set(`${user} ${name}`, at)
    else this.#logouts.set(`${user} ${session}`, at)
  }

  reported(token: string): void {
    this.count('tokens reported invalid')
    this.#reported.add(token)
  }

  /** When a logout last ended this token's validity. */
  lastLogout(user: string, session: string | undefined): number {
    return this.#logouts.get(this.#perSession && session !== undefined ? `${user} ${session}` : user) ?? 0
  }

  /** `ended` is the last logout that had resolved when the login that now gets the token began. */
  handOut(token: string, ended: number): void {
    this.count('tokens handed out')
    this.#handedOut.add(token)
    const birth = this.#births.get(token)
    if (!birth) return this.violated('a token was handed out that nobody asked for')
    if (birth.at < ended) this.violated('I1 a token from before the logout was handed out')
  }

  /** A revocation reached the chat server and ended these tokens. */
  killed(tokens: readonly string[]): void {
    for (const token of tokens) {
      this.count('tokens revoked')
      const birth = this.#births.get(token)
      if (!this.#revokesByName || !birth || !this.#handedOut.has(token) || this.#reported.has(token)) continue
      if (birth.at > (this.#logouts.get(birth.user) ?? 0))
        this.violated('I2 a revocation killed the token of a later login')
    }
  }

  /** Nothing is under way any more, and these tokens are alive. */
  rest(live: readonly string[]): void {
    for (const token of live) {
      const birth = this.#births.get(token)
      if (birth && birth.at < this.lastLogout(birth.user, birth.session))
        this.violated('I3 a token outlived its logout')
    }
  }
}
