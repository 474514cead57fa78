import type { LiveToken } from './live-token.js'
import type { RequestBudget } from './request-budget.js'
import type { TokenSpace } from './token-space.js'

/**
 * Where all state lives. `memoryStore()` keeps it in one process, `redisStore()` in Redis, and `recordStore(driver)` in any
 * other database. One store can serve several chat servers: each opens its own space.
 */
export interface TokenStore {
  /** Opens the part of the store that belongs to one chat server and namespace. */
  open(options: { server: string; namespace: string; now: () => number; listener: StoreListener }): TokenSpace

  /** Opens the budget that all namespaces of one chat server share; who opens it first says how large it is. */
  budget(options: { server: string; perMinute: number; now: () => number }): RequestBudget
}

/** How a store that can be away tells so. */
export interface StoreListener {
  /** It does not answer: steps fail until it does. The reason, where it is known, holds no token and says what to do. */
  down(reason?: string): void
  /** It answers again. */
  up(): void
  /** Something an operator should look at. It must name no token. */
  warn(message: string): void
  /** Something an operator must look at, as a user goes without chat until then. It must name no token. */
  alert(message: string): void
}

/** What the store knows about a user, read in one step. */
export interface UserState {
  /** Raised by every logout. Work that began under an older epoch must not hand out its result. */
  readonly epoch: number
  /** The newest token, expired or not. */
  readonly token: LiveToken | undefined
  /** Whether the session asked about has logged out since its last login. */
  readonly loggedOut: boolean
  /** The ids of minted tokens of this epoch that were reported invalid. Those that have expired may be missing. */
  readonly denied: readonly string[]
  /** The profile the chat server shows, as far as we know. */
  readonly nickname: string | undefined
  readonly avatarUrl: string | undefined
}

/** Which token of a user is meant. */
export interface SessionKey {
  /** The host session, when there is one: it is tombstoned by its logout. */
  readonly session: string | undefined
  /** Whether the session has a token of its own (`scope: 'session'`) or shares the user's. */
  readonly ownToken: boolean
  /** Whether a token is meant of which the chat server is not told (`external`), as it asks. @default false */
  readonly external?: boolean | undefined
}

/** Written before a token is obtained, so that a crash in between is known to whoever comes next. */
export interface Intent {
  /** The session whose own token it is going to be; `undefined` when all of the user's share it. */
  readonly session: string | undefined
  /** The token about to be assigned; `undefined` when the chat server will choose it. */
  readonly minted: { readonly token: string; readonly expiresAt: number } | undefined
}

export type Acquired =
  /** The lease is ours. With `revokeAllFirst`, a revocation of all tokens must reach the server before `begin`. */
  | { readonly kind: 'acquired'; readonly fence: number; readonly revokeAllFirst: boolean }
  /** Somebody else obtained a fresh token in the meantime. */
  | { readonly kind: 'hit'; readonly token: LiveToken }
  /**
   * A logout came in between. `newcomer` when there was none: the user was new to us, and another process was quicker to write
   * their first record.
   */
  | { readonly kind: 'superseded'; readonly newcomer?: boolean }
  /**
   * Somebody else holds the lease. `heldForMs` when nobody does any more and it is only held until the chat server can no
   * longer act on a request with an unknown outcome.
   */
  | { readonly kind: 'busy'; readonly heldForMs: number | undefined }

export type Denied =
  | { readonly kind: 'denied' }
  | { readonly kind: 'not-current' }
  | { readonly kind: 'too-soon'; readonly retryInMs: number }

/** A revocation that has not been confirmed yet. */
export interface Revocation {
  readonly id: string
  readonly userId: string
  /** The token to revoke, or `undefined` for every token of the user (then the claim holds the user's lease). */
  readonly token: string | undefined
  /** How often it has been tried before. */
  readonly attempts: number
  /** The user's epoch when it was claimed: a revocation of all tokens confirms what logouts up to here asked for. */
  readonly epoch: number
  /** The number of the claim that handed it out; of a revocation of all tokens also that of the user's lease. */
  readonly fence: number | undefined
}

/** What a logout did. */
export interface LoggedOut {
  /** The ids of the revocations that now wait for the user. */
  readonly waiting: readonly string[]
  /** Those of them that were due: claimed in the same step, for the caller to carry. */
  readonly claimed: readonly Revocation[]
  /** Whether it survives a crash of this process. */
  readonly durable: boolean
}

export interface Claimed {
  readonly revocations: readonly Revocation[]
  /** Ms until another revocation may be due; `undefined` when nothing waits. */
  readonly nextInMs: number | undefined
}
