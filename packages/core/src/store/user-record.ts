import { Duties, type OutboxEntry, type StoredDuties, TOMBSTONE_LIFE, UNKNOWN_EXPIRY } from './duties.js'
import { CLOCK_SKEW, type LiveToken } from './live-token.js'
import type { SessionKey, UserState } from './token-store.js'

const NONE: readonly never[] = []

/** How many live tokens are remembered: of one user, and of a user whose sessions each have their own. */
const MAX_TOKENS = { shared: 4, ownToken: 100 }

/** How far a clock goes back before it counts as set, in ms. */
export const SET_BACK = 5_000

/** A record as a row holds it: what says nothing is left out. */
export interface StoredUser {
  readonly epoch: number
  readonly tokens?: readonly LiveToken[] | undefined
  readonly nickname?: string | undefined
  readonly avatarUrl?: string | undefined
  readonly known?: boolean | undefined
  readonly unsure?: boolean | undefined
  readonly fresh?: boolean | undefined
  readonly duties?: StoredDuties | undefined
}

/**
 * What a store knows about one user: plain state and the small moves the life cycle's steps are made of.
 * Nothing here waits, so whatever a step does with it is atomic. There may be many: what few users need is in `duties`.
 */
export class UserRecord {
  epoch: number
  nickname: string | undefined = undefined
  avatarUrl: string | undefined = undefined
  /** False until a login or a logout told the chat server: tokens that the store never saw may exist before that. */
  known = false
  /** A crashed or ambiguous issue may have left a token that nobody knows. */
  unsure = false
  /** Whether nobody has logged out since it was made. */
  fresh = false
  /** The newest token. Most users have one: no list for each of them. */
  token: LiveToken | undefined = undefined
  #older: readonly LiveToken[] = NONE
  #duties: Duties | undefined = undefined

  constructor(epoch: number) {
    this.epoch = epoch
  }

  static from(stored: StoredUser): UserRecord {
    const record = new UserRecord(stored.epoch)
    record.nickname = stored.nickname
    record.avatarUrl = stored.avatarUrl
    record.known = stored.known ?? false
    record.unsure = stored.unsure ?? false
    record.fresh = stored.fresh ?? false
    if (stored.tokens) record.tokens = stored.tokens
    if (stored.duties) record.#duties = Duties.from(stored.duties)
    return record
  }

  /** What is written into a row: each field is written out, as this is most of what a step costs. */
  toJSON(): StoredUser {
    return {
      epoch: this.epoch,
      tokens: this.token ? this.tokens : undefined,
      nickname: this.nickname,
      avatarUrl: this.avatarUrl,
      known: this.known || undefined,
      unsure: this.unsure || undefined,
      fresh: this.fresh || undefined,
      duties: this.#duties?.toJSON(),
    }
  }

  /** Until when forgetting it could break a promise, in epoch ms. Epochs start from the clock: a day is enough for the rest. */
  keepUntil(now: number): number {
    const unknown = this.unsure || this.#duties?.intent ? now + UNKNOWN_EXPIRY : 0
    const tokens = this.tokens.map(({ expiresAt }) => expiresAt + CLOCK_SKEW)
    return Math.max(now + TOMBSTONE_LIFE, unknown, this.#duties?.keepUntil ?? 0, ...tokens)
  }

  /** Looks at the clock before a step: whoever has set it back since the last change makes nobody wait for it. */
  startStep(now: number, changedAt: number = this.#duties?.changedAt ?? 0): void {
    if (this.#duties && changedAt - now > SET_BACK) this.#duties.setBack(changedAt - now)
  }

  /** Notes when it was changed. */
  endStep(now: number): void {
    if (this.#duties) this.#duties.changedAt = now
  }

  /** Oldest first. */
  get tokens(): readonly LiveToken[] {
    return this.token ? [...this.#older, this.token] : NONE
  }

  set tokens(tokens: readonly LiveToken[]) {
    this.token = tokens.at(-1)
    this.#older = tokens.length > 1 ? tokens.slice(0, -1) : NONE
  }

  /** What a reader is told: nothing that happens later changes it. */
  state(key: SessionKey, clock: () => number): UserState {
    const { epoch, nickname, avatarUrl } = this
    const now = clock()
    const loggedOut = this.#duties?.isLoggedOut(key.session, now) ?? false
    const denied = this.#duties?.deniedIds(now) ?? NONE
    return { epoch, token: this.current(key), loggedOut, denied, nickname, avatarUrl }
  }

  get tombstones(): readonly (readonly [string, number])[] {
    return this.#duties?.tombstones ?? NONE
  }

  /** Whether what it says depends on which session asks. */
  get namesSessions(): boolean {
    return this.#duties?.namesSessions ?? false
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

  /** Whether forgetting this record could break a promise. Anything else may be evicted. */
  isPinned(now: number): boolean {
    if (this.#duties?.areDone(now)) this.#duties = undefined
    return this.#duties !== undefined
  }

  /** The newest token of that session and kind. An app may have changed both since the others were obtained. */
  current(key: SessionKey): LiveToken | undefined {
    if (!key.ownToken && isOfKind(this.token, key)) return this.token
    const isTheirs = ({ session }: LiveToken) => !key.ownToken || session === key.session
    return this.tokens.findLast((token) => isOfKind(token, key) && isTheirs(token))
  }

  add(token: LiveToken, now: number): void {
    const kept = this.tokens.filter((other) => other.expiresAt + CLOCK_SKEW > now && other.token !== token.token)
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

  /** Nothing from before is good any more. */
  raiseEpoch(now: number): void {
    this.epoch = Math.max(this.epoch + 1, Math.floor(now))
    this.fresh = false
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

function isOfKind(token: LiveToken | undefined, { external = false }: SessionKey): boolean {
  return token === undefined || (token.external ?? false) === external
}
