import { randomUUID } from 'node:crypto'
import { CLOCK_SKEW, type LiveToken } from './live-token.js'
import type { Intent } from './token-store.js'

/** A revocation of tokens whose expiry nobody knows is given up after this long. In ms. */
export const UNKNOWN_EXPIRY: number = 30 * 86_400_000
/** A session stays logged out at least this long, and at least as long as its tokens live. In ms. */
export const TOMBSTONE_LIFE: number = 86_400_000
const MAX_TOMBSTONES = 500
/** Stands for the sessions whose tombstones are more than are kept. No digest of a session, and no session id, is empty. */
const ALL_OTHERS = ''
const NONE: readonly never[] = []

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
  /** The number of the newest claim. */
  claim: number | undefined
  /** Until then an earlier send of the token may still reach the server: only a revocation sent later ends it. */
  settlesAt: number
  /** Whether it was asked for once more after it was claimed. */
  askedAgain: boolean
  /** The logout that asked for it last. */
  epoch: number
}

type Plain = Pick<Duties, 'fence' | 'leasedUntil' | 'held' | 'beganAt' | 'intent' | 'deniedUntil' | 'outbox'>
type Until = readonly (readonly [string, number])[]

/** `Duties` as a row holds them: what says nothing is left out. */
export type StoredDuties = { readonly [Name in keyof Plain]?: Plain[Name] | undefined } & {
  readonly tombstones?: Until | undefined
  readonly denied?: Until | undefined
}

/**
 * What makes a user's record unforgettable: the lease, the intent, the waiting revocations, the sessions that have logged
 * out. Most users have none of it most of the time.
 */
export class Duties {
  /** The newest lease given. Only its owner may commit. */
  fence = 0
  /** Until when its lease lasts, in epoch ms; a past time when nobody holds one. */
  leasedUntil = 0
  /** When it was taken: a logout that comes late spares what began after it was asked for. */
  beganAt = 0
  /** Whether its owner has ended, and it lasts only because the chat server may still act. */
  held = false
  intent: Intent | undefined
  /** Until when no other token may be reported invalid. Epoch ms. */
  deniedUntil = 0
  outbox: readonly OutboxEntry[] = []
  /** When the record was last changed. Of records in memory: a row has its own. */
  changedAt = 0
  /** Until when each session counts as logged out; 0: it has logged in again, and `ALL_OTHERS` have not. */
  readonly #tombstones = new Map<string, number>()
  /** The ids of denied tokens, each until its token has expired beyond doubt. Made when one is denied. */
  #denied: Map<string, number> | undefined

  /** What is written into a row. */
  toJSON(): StoredDuties {
    const { fence, leasedUntil, held, beganAt, intent, deniedUntil, outbox } = this
    return {
      fence: fence || undefined,
      beganAt: beganAt || undefined,
      leasedUntil: leasedUntil || undefined,
      held: held || undefined,
      intent,
      deniedUntil: deniedUntil || undefined,
      outbox: outbox.length > 0 ? outbox : undefined,
      tombstones: this.#tombstones.size > 0 ? [...this.#tombstones] : undefined,
      denied: this.#denied && this.#denied.size > 0 ? [...this.#denied] : undefined,
    }
  }

  static from(stored: StoredDuties): Duties {
    const duties = new Duties()
    duties.fence = stored.fence ?? 0
    duties.beganAt = stored.beganAt ?? 0
    duties.leasedUntil = stored.leasedUntil ?? 0
    duties.held = stored.held ?? false
    duties.intent = stored.intent
    duties.deniedUntil = stored.deniedUntil ?? 0
    duties.outbox = stored.outbox ?? NONE
    for (const [session, until] of stored.tombstones ?? NONE) duties.#tombstones.set(session, until)
    if (stored.denied) duties.#denied = new Map(stored.denied)
    return duties
  }

  /** Until when any of it matters, in epoch ms. */
  get keepUntil(): number {
    const giveUps = this.outbox.map(({ giveUpAt }) => giveUpAt)
    const refused = [...this.#tombstones.values(), ...(this.#denied?.values() ?? NONE)]
    return Math.max(this.leasedUntil, this.deniedUntil, ...giveUps, ...refused)
  }

  /** The clock was set back by so many ms: what was to happen soon still is. */
  setBack(ms: number): void {
    const earlier = (time: number) => Math.max(0, time - ms)
    this.leasedUntil = earlier(this.leasedUntil)
    this.beganAt = earlier(this.beganAt)
    this.deniedUntil = earlier(this.deniedUntil)
    for (const entry of this.outbox) {
      entry.dueAt = earlier(entry.dueAt)
      entry.claimedAt = earlier(entry.claimedAt)
      entry.claimedUntil = earlier(entry.claimedUntil)
      entry.settlesAt = earlier(entry.settlesAt)
    }
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

  get revokeAllEntry(): OutboxEntry | undefined {
    return this.outbox.find((entry) => entry.token === undefined)
  }

  /** Queues the revocation of one token by name. A revocation of it that is under way has to be sent once more. */
  enqueue(token: string, expiresAt: number, settlesAt: number): void {
    const queued = this.outbox.find((entry) => entry.token === token)
    if (!queued) return this.#push({ token, giveUpAt: expiresAt + CLOCK_SKEW, settlesAt, epoch: 0 })
    queued.settlesAt = settlesAt
    queued.dueAt = Math.min(queued.dueAt, settlesAt)
    queued.askedAgain = true
  }

  /** Queues the revocation of every token the user has at the chat server, asked for by the logout of that epoch. */
  enqueueAll(epoch: number, now: number): void {
    const queued = this.revokeAllEntry
    if (queued) Object.assign(queued, { epoch, askedAgain: true })
    else this.#push({ token: undefined, giveUpAt: now + UNKNOWN_EXPIRY, settlesAt: 0, epoch })
  }

  drop(gone: OutboxEntry): void {
    this.outbox = this.outbox.filter((entry) => entry !== gone)
  }

  /** Refuses a minted token by its id from now on. */
  deny(id: string, expiresAt: number): void {
    this.#denied ??= new Map()
    this.#denied.set(id, expiresAt + CLOCK_SKEW)
  }

  deniedIds(now: number): readonly string[] {
    if (!this.#denied) return NONE
    for (const [id, until] of this.#denied) if (until <= now) this.#denied.delete(id)
    return [...this.#denied.keys()]
  }

  /** A new epoch refuses them all. */
  forgetDenied(): void {
    this.#denied = undefined
  }

  bury(session: string, now: number, tokens: readonly LiveToken[]): void {
    this.#set(session, Math.max(now + TOMBSTONE_LIFE, ...tokens.map((t) => t.expiresAt + CLOCK_SKEW)))
  }

  unbury(session: string): void {
    if (this.#tombstones.has(ALL_OTHERS)) this.#set(session, 0)
    else this.#tombstones.delete(session)
  }

  isLoggedOut(session: string | undefined, now: number): boolean {
    if (session === undefined) return false
    return (this.#tombstones.get(session) ?? this.#tombstones.get(ALL_OTHERS) ?? 0) > now
  }

  /** A tombstone out of a record that is made anew. */
  restore([session, until]: readonly [string, number]): void {
    this.#set(session, until)
  }

  get namesSessions(): boolean {
    return this.#tombstones.size > 0
  }

  get tombstones(): readonly (readonly [string, number])[] {
    return [...this.#tombstones]
  }

  /** More than are kept share one: whoever is not known to have logged in since has to log in again. */
  #set(session: string, until: number): void {
    this.#tombstones.delete(session)
    this.#tombstones.set(session, until)
    if (this.#tombstones.size <= MAX_TOMBSTONES) return
    for (const [oldest, its] of this.#tombstones) {
      if (oldest === ALL_OTHERS) continue
      this.#tombstones.delete(oldest)
      this.#tombstones.set(ALL_OTHERS, Math.max(its, this.#tombstones.get(ALL_OTHERS) ?? 0))
      return
    }
  }

  /** Whether forgetting all of this breaks no promise. */
  areDone(now: number): boolean {
    this.#forgetOld(now)
    const remembered = this.#tombstones.size > 0 || this.deniedIds(now).length > 0
    const waiting = this.intent !== undefined || this.outbox.length > 0 || remembered
    return !waiting && !this.isLeased(now) && this.deniedUntil <= now
  }

  #forgetOld(now: number): void {
    const shared = (this.#tombstones.get(ALL_OTHERS) ?? 0) > now
    for (const [session, until] of this.#tombstones) {
      if (until <= now && !(shared && until === 0)) this.#tombstones.delete(session)
    }
  }

  #push(entry: Pick<OutboxEntry, 'token' | 'giveUpAt' | 'settlesAt' | 'epoch'>): void {
    const fresh = { attempts: 0, dueAt: 0, claimedAt: 0, claimedUntil: 0, claim: undefined, askedAgain: false }
    this.outbox = [...this.outbox, { ...entry, ...fresh, id: randomUUID() }]
  }
}
