import { Duties, type OutboxEntry } from './duties.js'
import { CLOCK_SKEW, type LiveToken } from './live-token.js'
import type { SessionKey } from './token-store.js'

const NONE: readonly never[] = []

/** How many live tokens are remembered: of one user, and of a user whose sessions each have their own. */
const MAX_TOKENS = { shared: 4, ownToken: 100 }

/**
 * What the memory store knows about one user: plain state and the small moves the life cycle's steps are made of.
 * Nothing here waits, so whatever a step does with it is atomic. There may be many: what few users need is in `duties`.
 */
export class UserRecord {
  epoch: number
  nickname: string | undefined
  avatarUrl: string | undefined
  /** False until this store has seen a login or a logout: tokens from an earlier life may exist before that. */
  known = false
  /** A crashed or ambiguous issue may have left a token that nobody knows. */
  unsure = false
  /** Oldest first. */
  tokens: readonly LiveToken[] = []
  #duties: Duties | undefined

  constructor(epoch: number) {
    this.epoch = epoch
  }

  get duties(): Duties {
    return (this.#duties ??= new Duties())
  }

  /** The waiting revocations. Looking at them makes no duties where there are none. */
  get outbox(): readonly OutboxEntry[] {
    return this.#duties?.outbox ?? []
  }

  isLeased(now: number): boolean {
    return this.#duties?.isLeased(now) ?? false
  }

  isLoggedOut(session: string | undefined, now: number): boolean {
    return this.#duties?.isLoggedOut(session, now) ?? false
  }

  /** Whether forgetting this record could break a promise. Anything else may be evicted. */
  isPinned(now: number): boolean {
    if (this.#duties?.areDone(now)) this.#duties = undefined
    return this.#duties !== undefined
  }

  current(key: SessionKey): LiveToken | undefined {
    if (!key.ownToken) return this.tokens.at(-1)
    return this.tokens.findLast((token) => token.session === key.session)
  }

  add(token: LiveToken, now: number): void {
    const kept = this.tokens.filter((other) => other.expiresAt + CLOCK_SKEW > now && other.token !== token.token)
    // Neither pushed nor spread: arrays that grow reserve room for more than a dozen tokens, for every user.
    this.tokens = kept.concat(token)
    const siblings = this.tokens.filter((other) => other.session === token.session)
    const limits: [readonly LiveToken[], number][] = [
      [siblings, MAX_TOKENS.shared],
      [this.tokens, MAX_TOKENS.ownToken],
    ]
    for (const [tokens, limit] of limits) {
      for (const oldest of tokens.slice(0, -limit)) this.revoke(oldest, now)
    }
  }

  /** Ids of tokens that are not to be accepted any more. */
  deniedIds(now: number): readonly string[] {
    return this.#duties?.deniedIds(now) ?? NONE
  }

  /** Nothing from before is good any more. */
  raiseEpoch(now: number): void {
    this.epoch = Math.max(this.epoch + 1, now)
    this.#duties?.forgetDenied()
  }

  /** Forgets a token and queues its revocation, if the chat server was told of it. */
  revoke(token: LiveToken, now: number): void {
    this.tokens = this.tokens.filter((other) => other !== token)
    if (!token.external && token.expiresAt + CLOCK_SKEW > now)
      this.duties.enqueue(token.token, token.expiresAt, token.settlesAt ?? 0)
  }

  /** A revocation of all tokens reached the server: it did what logouts up to `epoch` asked for. */
  cleared(epoch: number): void {
    const entry = this.duties.revokeAllEntry
    if (entry && entry.epoch <= epoch) this.duties.drop(entry)
    if (!this.duties.revokeAllEntry) this.unsure = false
  }
}
