import { randomUUID } from 'node:crypto'
import type { LiveToken } from './live-token.js'
import type { Intent, SessionKey } from './token-store.js'

/** How far the chat server's clock and ours may be apart before an expired token is safe to forget. In ms. */
const CLOCK_SKEW = 10 * 60_000
/** A revocation of tokens whose expiry nobody knows is given up after this long. In ms. */
const UNKNOWN_EXPIRY = 30 * 86_400_000
/** A session stays logged out at least this long, and at least as long as its tokens live. In ms. */
const TOMBSTONE_LIFE = 86_400_000
const MAX_TOMBSTONES = 100
/** How many live tokens are remembered: of one user, and of a user whose sessions each have their own. */
const MAX_TOKENS = { shared: 4, ownToken: 100 }

/** A revocation waiting in a user's outbox. Times are epoch ms. */
export interface OutboxEntry {
  readonly id: string
  /** `undefined`: every token of the user. There is at most one such entry. */
  readonly token: string | undefined
  readonly giveUpAt: number
  attempts: number
  dueAt: number
  claimedAt: number
  claimedUntil: number
  /** Until then an earlier send of the token may still reach the server: only a revocation sent later ends it. */
  settlesAt: number
  /** Whether it was asked for once more after it was claimed. */
  askedAgain: boolean
  /** The logout that asked for it last. */
  epoch: number
}

/**
 * What the memory store knows about one user: plain state and the small moves the life cycle's steps are made of.
 * Nothing here waits, so whatever a step does with it is atomic.
 */
export class UserRecord {
  epoch: number
  nickname: string | undefined
  avatarUrl: string | undefined
  /** False until this store has seen a login or a logout: tokens from an earlier life may exist before that. */
  known = false
  /** A crashed or ambiguous issue may have left a token that nobody knows. */
  unsure = false
  /** The newest lease ever given. Only its owner may commit. */
  fence = 0
  /** Until when its lease lasts, in epoch ms; a past time when nobody holds one. */
  leasedUntil = 0
  /** Whether its owner has ended, and it lasts only because the chat server may still act. */
  held = false
  intent: Intent | undefined
  /** Oldest first. */
  tokens: readonly LiveToken[] = []
  deniedAt: number | undefined
  outbox: OutboxEntry[] | undefined
  #tombstones: Map<string, number> | undefined

  constructor(epoch: number) {
    this.epoch = epoch
  }

  current(key: SessionKey): LiveToken | undefined {
    if (!key.ownToken) return this.tokens.at(-1)
    return this.tokens.findLast((token) => token.session === key.session)
  }

  add(token: LiveToken, now: number): void {
    const kept = this.tokens.filter((other) => other.expiresAt + CLOCK_SKEW > now && other.token !== token.token)
    // Not pushed: arrays that grow reserve room for more than a dozen tokens, for every user.
    this.tokens = [...kept, token]
    const siblings = this.tokens.filter((other) => other.session === token.session)
    const limits: [readonly LiveToken[], number][] = [
      [siblings, MAX_TOKENS.shared],
      [this.tokens, MAX_TOKENS.ownToken],
    ]
    for (const [tokens, limit] of limits) {
      for (const oldest of tokens.slice(0, -limit)) this.revoke(oldest, now)
    }
  }

  /** Forgets a token and queues its revocation. */
  revoke(token: LiveToken, now: number): void {
    this.tokens = this.tokens.filter((other) => other !== token)
    if (token.expiresAt + CLOCK_SKEW > now) this.enqueue(token.token, token.expiresAt, token.settlesAt ?? 0)
  }

  /** Queues the revocation of one token by name. A revocation of it that is under way has to be sent once more. */
  enqueue(token: string, expiresAt: number, settlesAt: number): void {
    const queued = this.outbox?.find((entry) => entry.token === token)
    if (!queued) return this.#push({ token, giveUpAt: expiresAt + CLOCK_SKEW, settlesAt })
    queued.settlesAt = settlesAt
    queued.dueAt = Math.min(queued.dueAt, settlesAt)
    queued.askedAgain = true
  }

  /** Queues the revocation of every token the user has at the chat server. */
  enqueueAll(now: number): void {
    const queued = this.revokeAllEntry
    if (queued) Object.assign(queued, { epoch: this.epoch, askedAgain: true })
    else this.#push({ token: undefined, giveUpAt: now + UNKNOWN_EXPIRY, settlesAt: 0 })
  }

  get revokeAllEntry(): OutboxEntry | undefined {
    return this.outbox?.find((entry) => entry.token === undefined)
  }

  drop(gone: OutboxEntry): void {
    this.outbox = this.outbox?.filter((entry) => entry !== gone)
    if (this.outbox?.length === 0) this.outbox = undefined
  }

  /** A revocation of all tokens reached the server: it did what logouts up to `epoch` asked for. */
  cleared(epoch: number): void {
    const entry = this.revokeAllEntry
    if (entry && entry.epoch <= epoch) this.drop(entry)
    if (!this.revokeAllEntry) this.unsure = false
  }

  bury(session: string, now: number, tokens: readonly LiveToken[]): void {
    this.#tombstones ??= new Map()
    this.#tombstones.delete(session)
    this.#tombstones.set(session, Math.max(now + TOMBSTONE_LIFE, ...tokens.map((t) => t.expiresAt + CLOCK_SKEW)))
    const [oldest] = this.#tombstones.keys()
    if (this.#tombstones.size > MAX_TOMBSTONES && oldest !== undefined) this.#tombstones.delete(oldest)
  }

  lease(until: number): void {
    this.leasedUntil = until
    this.held = false
  }

  /** Gives the lease back, or lets nobody have it until then. */
  hold(until: number | undefined): void {
    this.leasedUntil = until ?? 0
    this.held = until !== undefined
  }

  isLeased(now: number): boolean {
    return this.leasedUntil > now
  }

  unbury(session: string): void {
    this.#tombstones?.delete(session)
  }

  isLoggedOut(session: string | undefined, now: number): boolean {
    return session !== undefined && (this.#tombstones?.get(session) ?? 0) > now
  }

  /** Whether forgetting this record could break a promise. Anything else may be evicted. */
  isPinned(now: number): boolean {
    for (const [session, until] of this.#tombstones ?? []) if (until <= now) this.#tombstones?.delete(session)
    if (this.#tombstones?.size === 0) this.#tombstones = undefined
    return (
      this.isLeased(now) || this.intent !== undefined || this.outbox !== undefined || this.#tombstones !== undefined
    )
  }

  #push(entry: Pick<OutboxEntry, 'token' | 'giveUpAt' | 'settlesAt'>): void {
    this.outbox ??= []
    this.outbox.push({
      ...entry,
      id: randomUUID(),
      attempts: 0,
      dueAt: 0,
      claimedAt: 0,
      claimedUntil: 0,
      askedAgain: false,
      epoch: this.epoch,
    })
  }
}
