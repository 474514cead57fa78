/** How an app server is set up. Times are in ms. */
export interface AppServerSettings {
  readonly redisUrl: string
  readonly serverUrl: string
  readonly apiKey: string
  readonly deadline: number
  readonly commandTimeout: number
}

/** What an app server is told to do for some sessions of a user, all at once: log them in, or look which tokens they have. */
export interface Order {
  readonly kind: 'log in' | 'look'
  readonly user: string
  readonly sessions: readonly string[]
}

/** What became of one login. */
export type Outcome = Admission | Refusal

export interface Admission {
  readonly kind: 'admitted'
  readonly session: string
  readonly token: string
}

export interface Refusal {
  readonly kind: 'refused'
  readonly session: string
  /** Of `ChatTokenError`, or what a bug threw. */
  readonly code: string
  readonly message: string
  /** From the login to its refusal, in ms. */
  readonly afterMs: number
  /** The same by the wall clock: where that was set forward, a deadline has passed as well. */
  readonly wallMs: number
}

/** What an app server answers to an order. */
export interface Report {
  /** Of the logins. */
  readonly outcomes: readonly Outcome[]
  /** The token that the store has for each session, in the order of the sessions. */
  readonly tokens: readonly (string | undefined)[]
  /** Steps of the store that failed, and what was logged, since the last report. */
  readonly incidents: readonly string[]
}
