import type { Awaitable } from './awaitable.js'
import type { LiveToken } from './live-token.js'
import type { RequestBudget } from './request-budget.js'

/**
 * The store port: where all state lives. Each method of a `TokenSpace` is one atomic step of the token life cycle:
 * nothing else happens to that user between its beginning and its end. What keeps tokens consistent is written here once;
 * `memoryStore()` implements it in one process, `@imkit-auth/redis` for many, and `@imkit-auth/core/store-contract` proves
 * any implementation.
 */

/** What `createChatTokens({ store })` takes. One store can serve several chat servers: each opens its own space. */
export interface TokenStore {
  /** Opens the part of the store that belongs to one chat server and namespace. */
  open(options: { server: string; namespace: string; now: () => number; listener: StoreListener }): TokenSpace

  /** Opens the budget that all namespaces of one chat server share; who opens it first says how large it is. */
  budget(options: { server: string; perMinute: number; now: () => number }): RequestBudget
}

/** How a store that can be away tells so. */
export interface StoreListener {
  /** It does not answer: steps fail until it does. */
  down(): void
  /** It answers again. */
  up(): void
  /** Something an operator should look at. It must name no token. */
  warn(message: string): void
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
}

/** Written before a token is obtained, so that a crash in between is known to whoever comes next. */
export interface Intent {
  readonly session: string | undefined
  /** The token about to be assigned; `undefined` when the chat server will choose it. */
  readonly minted: { readonly token: string; readonly expiresAt: number } | undefined
}

export type Acquired =
  /** The lease is ours. With `revokeAllFirst`, a revocation of all tokens must reach the server before `begin`. */
  | { readonly kind: 'acquired'; readonly fence: number; readonly revokeAllFirst: boolean }
  /** Somebody else obtained a fresh token in the meantime. */
  | { readonly kind: 'hit'; readonly token: LiveToken }
  /** A logout came in between. */
  | { readonly kind: 'superseded' }
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

export interface TokenSpace {
  /** The hot path. A user never seen before gets an epoch here. What it answers never changes afterwards. */
  read(userId: string, key: SessionKey): Awaitable<UserState>

  /** A login clears its session's tombstone, unless a logout raised the epoch since it was read. Reads the user again. */
  admit(userId: string, step: { key: SessionKey; epoch: number }): Awaitable<UserState>

  /**
   * Takes the user's lease for `leaseMs` and writes the intent, unless the epoch moved, a fresh token is there, or
   * somebody holds the lease. An intent that a crashed owner left behind is turned into a revocation, or remembered as
   * an unknown token. When all tokens must be revoked first, the intent is left to `begin`. Without an intent nothing is
   * going to be sent.
   */
  acquire(
    userId: string,
    step: { key: SessionKey; epoch: number; intent: Intent | undefined; leaseMs: number },
  ): Awaitable<Acquired>

  /**
   * Under the lease, which lasts `leaseMs` from here: writes the intent, comparing the epoch again; with `cleared`, all
   * tokens from before are known to be revoked. `false` (and the lease is given back) when a logout came or the lease
   * was lost: nothing may be sent.
   */
  begin(
    userId: string,
    step: { fence: number; epoch: number; intent: Intent | undefined; leaseMs: number; cleared: boolean },
  ): Awaitable<boolean>

  /**
   * Ends an obtain that succeeded. Stored only if neither a logout nor a newer owner came in between; otherwise that
   * token is queued for revocation. With `holdUntil` (epoch ms) the lease outlasts the commit.
   */
  commit(
    userId: string,
    step: {
      fence: number
      epoch: number
      token: LiveToken
      holdUntil: number | undefined
      nickname: string | undefined
      avatarUrl: string | undefined
    },
  ): Awaitable<'stored' | 'superseded' | 'late'>

  /**
   * Ends an obtain that failed. Without `holdUntil` nothing happened at the server: intent and lease go. With it
   * (epoch ms) the server may still act until then: the intent stays, and nobody gets the lease before.
   */
  release(userId: string, step: { fence: number; holdUntil: number | undefined }): Awaitable<void>

  /** For those who were told `busy`: resolves when the user's lease may be free, or after `withinMs`. */
  released(userId: string, withinMs: number): Promise<void>

  /** Remembers the profile the chat server shows. */
  profile(userId: string, step: { nickname: string | undefined; avatarUrl: string | undefined }): Awaitable<void>

  /**
   * Logs a session out, or with `everything` the user: raises the epoch, takes the tokens, tombstones the session, and
   * queues the revocations. Those that are due are claimed for `claimForMs`, unless that is 0. With `external` the chat
   * server is told of no token: what is queued is only what it was told of before.
   *
   * A store that is away may answer `later`: it does the step as soon as it is back, if this process lives that long, and
   * before any other step of this process for that user.
   */
  logout(
    userId: string,
    step: { key: SessionKey; everything: boolean; claimForMs: number; external?: boolean },
  ): Awaitable<LoggedOut | 'later'>

  /**
   * Forgets a token and queues its revocation, if it is the current one and the last time is `intervalMs` ago. Its `id`, if
   * it has one, is among the `denied` from then on, until the token has expired beyond doubt or the epoch is raised.
   */
  deny(
    userId: string,
    step: { key: SessionKey; token: string; id?: string | undefined; intervalMs: number },
  ): Awaitable<Denied>

  /** Hands out revocations that are due, each to one claimer at a time for `visibleForMs`. */
  claim(step: { limit: number; visibleForMs: number }): Awaitable<Claimed>

  /**
   * The chat server confirmed it. `false` when it has to be done again: a later logout asked for it once more, an
   * earlier, ambiguous send of this very token may have reached the server after the revocation did, or it has been
   * handed out again since.
   */
  settle(revocation: Revocation): Awaitable<boolean>

  /**
   * It failed: due again after `delayMs`. With `holdUntil` (epoch ms), a revocation of all keeps the lease until then.
   * `tried` is false when the chat server takes nothing from us at all, which says nothing about this revocation.
   */
  retry(
    revocation: Revocation,
    step: { delayMs: number; holdUntil: number | undefined; tried: boolean },
  ): Awaitable<void>

  /**
   * The chat server revoked more than it was asked to: the user's tokens are forgotten, and as some of them may be alive
   * after all, the next logout revokes all.
   */
  forget(userId: string): Awaitable<void>

  /**
   * The chat server cannot revoke this token alone: all of the user's are to be revoked instead, unless a token that they
   * have now would die with them. Then it is given up; it runs out by itself, or dies at the user's next logout.
   */
  widen(revocation: Revocation): Awaitable<void>

  /** The revocations that still wait: of one user, or of all. */
  pending(userId?: string): Awaitable<readonly Revocation[]>

  close(): Awaitable<void>
}
