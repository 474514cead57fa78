import { randomUUID } from 'node:crypto'
import type { Awaitable } from '../store/awaitable.js'
import type { LiveToken } from '../store/live-token.js'
import type { TokenSpace } from '../store/token-space.js'
import type { Intent, LoggedOut, Revocation, SessionKey, StoreListener, TokenStore } from '../store/token-store.js'

export const DAY = 86_400_000
export const LEASE = 13_000
export const SHARED: SessionKey = { session: undefined, ownToken: false }
/** As `SHARED`, where the chat server is told of no token. */
export const EXTERNAL: SessionKey = { ...SHARED, external: true }
export const ISSUE: Intent = { session: undefined, minted: undefined }
export const SILENT: StoreListener = { down() {}, up() {}, warn() {}, alert() {} }

/** Two openings of one database, as two processes have them. Of memory, which no other process sees, twice the same. */
export type OpenTwo = () => Awaitable<readonly [TokenStore, TokenStore]>

/**
 * A store under test with a user nobody has seen before, and the steps in the words of a test. The clock is its own. Steps are
 * taken by two processes in turn, so that none can rely on what it did before.
 */
export class Steps {
  time!: number
  user!: string
  store!: TokenStore
  #spaces!: readonly [TokenSpace, TokenSpace]
  #turn: 0 | 1 = 0
  readonly now: () => number = () => this.time

  /** Begins a test. */
  begin([one, other]: readonly [TokenStore, TokenStore]): void {
    this.time = Date.parse('2030-01-01T00:00:00Z')
    this.user = `user-${randomUUID()}`
    this.store = one
    const options = { server: randomUUID(), namespace: '', now: this.now, listener: SILENT }
    this.#spaces = [one.open(options), other.open(options)]
  }

  async end(): Promise<void> {
    for (const space of this.#spaces) await space.close()
  }

  /** That of the process whose turn it is. */
  get space(): TokenSpace {
    this.#turn = this.#turn === 0 ? 1 : 0
    return this.#spaces[this.#turn]
  }

  aToken(token: string, more: Partial<LiveToken> = {}): LiveToken {
    const { time } = this
    return {
      token,
      expiresAt: time + 7 * DAY,
      renewBefore: DAY,
      session: undefined,
      ...more,
    }
  }

  minted(token: string): Intent {
    return { session: undefined, minted: { token, expiresAt: this.time + 7 * DAY } }
  }

  async epochOf(): Promise<number> {
    return (await this.space.read(this.user, SHARED)).epoch
  }

  async current(key: SessionKey = SHARED): Promise<string | undefined> {
    return (await this.space.read(this.user, key)).token?.token
  }

  async denied(): Promise<readonly string[]> {
    return (await this.space.read(this.user, SHARED)).denied
  }

  async take(
    intent: Intent | 'none' = ISSUE,
    key: SessionKey = SHARED,
  ): Promise<{ epoch: number; fence: number; revokeAllFirst: boolean }> {
    const epoch = await this.epochOf()
    const acquired = await this.space.acquire(this.user, {
      key,
      epoch,
      intent: intent === 'none' ? undefined : intent,
      leaseMs: LEASE,
    })
    if (acquired.kind !== 'acquired') throw new Error(`expected the lease, got ${acquired.kind}`)
    return { epoch, fence: acquired.fence, revokeAllFirst: acquired.revokeAllFirst }
  }

  async commit(
    held: { epoch: number; fence: number },
    token: LiveToken,
    holdForMs?: number,
  ): Promise<'stored' | 'superseded' | 'late'> {
    return this.space.commit(this.user, { ...held, token, holdForMs, nickname: 'Amy', avatarUrl: undefined })
  }

  async login(name: string, key: SessionKey = SHARED): Promise<'stored' | 'superseded' | 'late'> {
    const session = key.ownToken ? key.session : undefined
    return this.commit(await this.take(ISSUE, key), this.aToken(name, { session }))
  }

  async logout(key: SessionKey = SHARED, everything = false, claimForMs = 0): Promise<LoggedOut> {
    const done = await this.space.logout(this.user, { key, everything, claimForMs })
    if (done === 'later') throw new Error('the store is away')
    return done
  }

  async claim(): Promise<readonly Revocation[]> {
    return (await this.space.claim({ limit: 100, visibleForMs: LEASE })).revocations
  }

  /** Claims the only revocation there is. */
  async claimOne(): Promise<Revocation> {
    const [revocation, ...more] = await this.claim()
    if (!revocation || more.length > 0) throw new Error(`expected one revocation, got ${more.length}`)
    return revocation
  }

  async everybodyWaiting(): Promise<readonly Revocation[]> {
    const waiting: Revocation[] = []
    for await (const page of this.space.allPending()) waiting.push(...page)
    return waiting
  }

  /** The names of the tokens to be revoked. */
  async waiting(): Promise<string[]> {
    return (await this.space.pending(this.user)).map(({ token }) => token ?? 'ALL').sort()
  }
}
