import type { ChatTokenStats, RevokeOutcome } from '@imkit-auth/core'
import type { KillPoint } from './kill-point.js'

/** How the app servers of a fleet are set up. */
export interface AppServerSettings {
  readonly redisUrl: string
  readonly serverUrl: string
  readonly apiKey: string
  readonly mode: 'issue' | 'assign'
  /** In ms, as everything here. */
  readonly deadline: number
  readonly ambiguityHorizon: number
  readonly requestsPerMinute: number
  readonly commandTimeout: number
}

interface OfSession {
  readonly user: string
  readonly session: string
}

/** What an app server can be asked for, and what it answers. */
export interface Calls {
  start: { given: AppServerSettings; answer: void }
  arm: { given: KillPoint; answer: void }
  /** Answers the token. */
  provision: { given: OfSession & { readonly resume: boolean }; answer: string }
  /** So many logins of one user at once. Answers how often what came of them: a token, or the code of an error. */
  crowd: { given: { readonly user: string; readonly size: number }; answer: Readonly<Record<string, number>> }
  current: { given: OfSession; answer: string | undefined }
  revoke: { given: OfSession & { readonly waitMs?: number }; answer: RevokeOutcome }
  report: { given: OfSession & { readonly token: string }; answer: void }
  /** Answers how many revocations wait in the store. */
  pending: { given: undefined; answer: number }
  stats: { given: undefined; answer: ChatTokenStats }
  /** Answers how many revocations are left. */
  close: { given: { readonly withinMs: number }; answer: number }
}

export type CallName = keyof Calls

/** A call on its way to the process. */
export interface Sent {
  readonly id: number
  readonly name: CallName
  readonly given: unknown
}

/** What became of a call: an error is known by its code. */
export type Answer<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly code: string }
  | { readonly kind: 'died' }

/** An answer on its way back. */
export interface Received {
  readonly id: number
  readonly answer: Answer<unknown>
}
