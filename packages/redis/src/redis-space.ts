import { randomUUID } from 'node:crypto'
import type {
  Acquired,
  Claimed,
  Denied,
  LoggedOut,
  Revocation,
  SessionKey,
  StoreListener,
  TokenSpace,
  UserState,
} from '@imkit-auth/core'
import type { Keys } from './keys.js'
import type { Link } from './link.js'
import { Outboxes } from './outboxes.js'
import { list, type StoredRecord, type StoredRevocation, type StoredToken } from './record.js'
import type { RedisBudget } from './redis-budget.js'
import { ReleaseNotices } from './release-notices.js'
import { Steps } from './steps.js'
import type { Vault } from './vault.js'

type StepOf<Name extends keyof TokenSpace> = TokenSpace[Name] extends (userId: string, step: infer Step) => unknown
  ? Step
  : never

/** Waits between tries to give back a lease whose reply was lost, in ms. */
const ABANDON_AFTER = [500, 1_000, 2_000, 4_000]

export interface RedisSpaceOptions {
  readonly link: Link
  readonly keys: Keys
  readonly vault: Vault
  readonly now: () => number
  /** The time for a script: empty for the server's own. */
  readonly clock: () => string
  readonly listener: StoreListener
  readonly budget: () => RedisBudget | undefined
  /** What waits until enough replicas have a logout; `undefined` when nothing has to. */
  readonly wait: { readonly replicas: number; readonly command: readonly string[] } | undefined
  readonly onClose: () => Promise<void>
}

/** The token life cycle of one chat server and namespace in Redis. Each step is one script on the keys of one user. */
export class RedisSpace implements TokenSpace {
  readonly #options: RedisSpaceOptions
  readonly #vault: Vault
  readonly #steps: Steps
  readonly #outboxes: Outboxes
  readonly #notices: ReleaseNotices
  readonly #stopListening: () => void

  constructor(options: RedisSpaceOptions) {
    this.#options = options
    const { link, keys, vault, now, clock, listener } = options
    this.#vault = vault
    this.#outboxes = new Outboxes(link, keys, now, clock)
    this.#steps = new Steps(link, keys, this.#outboxes, clock)
    this.#notices = new ReleaseNotices(link, keys.released)
    this.#stopListening = link.listen({
      down: () => listener.down(),
      recovered: () => this.#steps.late.allDone(),
      up: () => listener.up(),
    })
  }

  async read(userId: string, key: SessionKey): Promise<UserState> {
    return this.#stateOf(userId, JSON.parse(await this.#steps.read(userId)) as StoredRecord, key)
  }

  async admit(userId: string, { key, epoch }: StepOf<'admit'>): Promise<UserState> {
    const record = await this.#steps.take<StoredRecord>(userId, 'admit', { ...sessionOf(key, this.#vault), epoch })
    return this.#stateOf(userId, record, key)
  }

  async acquire(userId: string, { key, epoch, intent, leaseMs }: StepOf<'acquire'>): Promise<Acquired> {
    const owner = randomUUID()
    const step = { ...sessionOf(key, this.#vault), epoch, leaseMs, owner, intent: this.#intent(userId, intent) }
    const ahead = intent && this.#options.budget()?.takeAhead('login')
    let givenBack = false
    const stopListening = this.#notices.listen(userId, () => (givenBack = true))
    const acquired = await this.#steps
      .take<Acquired | { kind: 'hit'; token: StoredToken }>(userId, 'acquire', step)
      .catch((error: unknown) => {
        void this.#abandon(userId, owner)
        throw error
      })
      .finally(stopListening)
    const giveBack = await ahead
    if (acquired.kind !== 'acquired') giveBack?.()
    // The notice comes over another connection, and may be here before the answer that would make us wait for it.
    if (acquired.kind === 'busy' && givenBack) return this.acquire(userId, { key, epoch, intent, leaseMs })
    if (acquired.kind === 'busy') return { kind: 'busy', heldForMs: acquired.heldForMs }
    if (acquired.kind !== 'hit') return acquired
    const token = this.#vault.openToken(userId, acquired.token as StoredToken)
    if (token) return { kind: 'hit', token }
    await this.forget(userId)
    return this.acquire(userId, { key, epoch, intent, leaseMs })
  }

  begin(userId: string, { fence, epoch, intent, leaseMs, cleared }: StepOf<'begin'>): Promise<boolean> {
    return this.#steps.take(userId, 'begin', { fence, epoch, leaseMs, cleared, intent: this.#intent(userId, intent) })
  }

  commit(userId: string, step: StepOf<'commit'>): Promise<'stored' | 'superseded' | 'late'> {
    const { fence, epoch, token, nickname, avatarUrl } = step
    return this.#steps.take(userId, 'commit', {
      fence,
      epoch,
      token: this.#vault.sealToken(userId, token),
      holdForMs: this.#msUntil(step.holdUntil),
      settlesInMs: this.#msUntil(token.settlesAt),
      profile: this.#vault.sealProfile(userId, { nickname, avatarUrl }),
    })
  }

  async release(userId: string, { fence, holdUntil }: StepOf<'release'>): Promise<void> {
    await this.#steps.take(userId, 'release', { fence, holdForMs: this.#msUntil(holdUntil) })
  }

  released(userId: string, withinMs: number): Promise<void> {
    return this.#notices.wait(userId, withinMs)
  }

  async profile(userId: string, profile: StepOf<'profile'>): Promise<void> {
    await this.#steps.take(userId, 'profile', { profile: this.#vault.sealProfile(userId, profile) })
  }

  async logout(userId: string, { key, ...rest }: StepOf<'logout'>): Promise<LoggedOut | 'later'> {
    const { claimForMs } = rest
    const step = { ...sessionOf(key, this.#vault), ...rest, owner: randomUUID() }
    const { wait, budget } = this.#options
    const ahead = claimForMs > 0 ? budget()?.takeAhead('revocation') : undefined
    try {
      const [done, acknowledged] = await this.#steps.takeWith<Handed & { waiting: string[] }>(
        userId,
        'logout',
        step,
        ...(wait ? [wait.command] : []),
      )
      const giveBack = await ahead
      const claimed = await this.#revocations(userId, done)
      if (claimed.length === 0) giveBack?.()
      return { waiting: list(done.waiting), claimed, durable: !wait || Number(acknowledged) >= wait.replicas }
    } catch (error) {
      if (this.#steps.late.keep(userId, step)) return 'later'
      throw error
    }
  }

  deny(userId: string, { key, token, id, intervalMs }: StepOf<'deny'>): Promise<Denied> {
    return this.#steps.take(userId, 'deny', {
      ...sessionOf(key, this.#vault),
      token: this.#vault.digest(token),
      id,
      intervalMs,
    })
  }

  async claim({ limit, visibleForMs }: { limit: number; visibleForMs: number }): Promise<Claimed> {
    const revocations: Revocation[] = []
    for (const userId of await this.#outboxes.due(limit)) {
      if (revocations.length >= limit) break
      const handed = await this.#steps.take<Handed>(userId, 'claim', { visibleForMs })
      revocations.push(...(await this.#revocations(userId, handed)))
    }
    return { revocations, nextInMs: this.#outboxes.nextInMs }
  }

  settle({ userId, id, token, epoch, fence }: Revocation): Promise<boolean> {
    return this.#steps.take(userId, 'settle', { id, all: token === undefined, epoch, fence })
  }

  async retry({ userId, id, token, fence }: Revocation, step: Parameters<TokenSpace['retry']>[1]): Promise<void> {
    const { delayMs, holdUntil, tried } = step
    const holdForMs = this.#msUntil(holdUntil)
    await this.#steps.take(userId, 'retry', { id, all: token === undefined, fence, delayMs, holdForMs, tried })
  }

  async forget(userId: string): Promise<void> {
    await this.#steps.take(userId, 'forget', {})
  }

  async widen({ userId, id }: Revocation): Promise<void> {
    await this.#steps.take(userId, 'widen', { id })
  }

  async pending(userId?: string): Promise<readonly Revocation[]> {
    const { link, keys } = this.#options
    await this.#steps.late.allDone()
    const users = userId === undefined ? await this.#outboxes.everybody() : [userId]
    const records = await Promise.all(users.map((id) => link.command(keys.record(id), ['GET', keys.record(id)])))
    return records.flatMap((saved, i) => {
      if (typeof saved !== 'string') return []
      const { outbox, epoch } = JSON.parse(saved) as StoredRecord
      const id = users[i] ?? ''
      return list(outbox).map((entry) =>
        revocationOf(id, entry, epoch, entry.value && this.#vault.open(id, entry.value)),
      )
    })
  }

  async close(): Promise<void> {
    this.#stopListening()
    const { userIds } = this.#steps.late
    if (userIds.length > 0) {
      this.#options.listener.warn(
        `Redis did not answer before the shutdown: the logouts of these users are lost, and their tokens work until they expire: ${userIds.join(', ')}`,
      )
    }
    this.#notices.close()
    await this.#options.onClose()
  }

  #stateOf(userId: string, record: StoredRecord, key: SessionKey): Promise<UserState> | UserState {
    const tokens = list(record.tokens)
    const tombstones = list(record.tombstones)
    const needed = key.ownToken || tombstones.length > 0
    const session = needed && key.session !== undefined ? this.#vault.digest(key.session) : undefined
    const stored = key.ownToken ? tokens.findLast((token) => token.session === session) : tokens.at(-1)
    const token = stored && this.#vault.openToken(userId, stored)
    const now = this.#options.now()
    const loggedOut = tombstones.some((stone) => stone.session === session && stone.untilTime > now)
    const { nickname, avatarUrl } = this.#vault.openProfile(userId, record.profile)
    const denied = list(record.denied).map(({ id }) => id)
    const state = { epoch: record.epoch, token, loggedOut, denied, nickname, avatarUrl }
    // What nobody can read, nobody can revoke by name.
    return stored && !token ? this.forget(userId).then(() => state) : state
  }

  /** Revocations as they were handed out, but for those that nobody can read: they become one of all tokens. */
  async #revocations(userId: string, { claimed, epoch }: Handed): Promise<Revocation[]> {
    const revocations: Revocation[] = []
    for (const entry of list(claimed)) {
      const token = entry.value === undefined ? undefined : this.#vault.open(userId, entry.value)
      const revocation = revocationOf(userId, entry, epoch, token)
      if (entry.value !== undefined && token === undefined) await this.widen(revocation)
      else revocations.push(revocation)
    }
    return revocations
  }

  /** The reply to an acquire was lost: should the lease be ours, it is given back. */
  async #abandon(userId: string, owner: string): Promise<void> {
    for (const ms of ABANDON_AFTER) {
      await new Promise((resolve) => setTimeout(resolve, ms).unref())
      try {
        return await this.#steps.take(userId, 'abandon', { owner })
      } catch {
        // Redis is still away.
      }
    }
  }

  #intent(userId: string, intent: StepOf<'begin'>['intent']): object | undefined {
    if (!intent) return undefined
    const { session, minted } = intent
    return {
      session: session === undefined ? undefined : this.#vault.digest(session),
      ...(minted && {
        token: this.#vault.digest(minted.token),
        value: this.#vault.seal(userId, minted.token),
        expiresAt: minted.expiresAt,
      }),
    }
  }

  /** Scripts count from their own clock. */
  #msUntil(time: number | undefined): number | undefined {
    return time === undefined ? undefined : Math.max(0, time - this.#options.now())
  }
}

interface Handed {
  readonly claimed: readonly StoredRevocation[]
  readonly epoch: number
}

function sessionOf(
  { session, ownToken }: SessionKey,
  vault: Vault,
): { session: string | undefined; ownToken: boolean } {
  return { session: session === undefined ? undefined : vault.digest(session), ownToken }
}

function revocationOf(
  userId: string,
  { id, attempts, claim }: StoredRevocation,
  epoch: number,
  token: string | undefined,
): Revocation {
  return { id, userId, token, attempts, epoch, fence: claim }
}
