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
import { LateLogouts } from './late-logouts.js'
import type { Link } from './link.js'
import { OutboxClock } from './outbox-clock.js'
import { list, type StoredRecord, type StoredRevocation, type StoredToken } from './record.js'
import type { RedisBudget } from './redis-budget.js'
import { ReleaseNotices } from './release-notices.js'
import { SCRIPTS } from './script.js'
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
  readonly closed: () => Promise<void>
  readonly wait: { readonly replicas: number; readonly command: readonly string[] } | undefined
}

/** The token life cycle of one chat server and namespace in Redis. Each step is one script on the keys of one user. */
export class RedisSpace implements TokenSpace {
  readonly #options: RedisSpaceOptions
  readonly #link: Link
  readonly #keys: Keys
  readonly #vault: Vault
  readonly #now: () => number
  readonly #outboxes: OutboxClock
  readonly #late: LateLogouts
  readonly #notices: ReleaseNotices
  readonly #stopListening: () => void

  constructor(options: RedisSpaceOptions) {
    this.#options = options
    const { link, keys, vault, now, listener } = options
    this.#link = link
    this.#keys = keys
    this.#vault = vault
    this.#now = now
    this.#outboxes = new OutboxClock(now)
    this.#notices = new ReleaseNotices(link, keys.released)
    this.#late = new LateLogouts(async (userId, { step, askedAt }) => {
      await this.#run(userId, 'logout', { ...step, claimForMs: 0, agoMs: performance.now() - askedAt })
    })
    this.#stopListening = link.listen({
      down: () => listener.down(),
      recovered: () => this.#late.allDone(),
      up: () => listener.up(),
    })
  }

  async read(userId: string, key: SessionKey): Promise<UserState> {
    await this.#late.done(userId)
    const [reply] = await this.#link.run(SCRIPTS.read, [this.#keys.record(userId)], [this.#options.clock()])
    return this.#stateOf(userId, JSON.parse(reply as string) as StoredRecord, key)
  }

  async admit(userId: string, { key, epoch }: StepOf<'admit'>): Promise<UserState> {
    await this.#step(userId, 'admit', { ...sessionOf(key, this.#vault), epoch })
    return this.read(userId, key)
  }

  async acquire(userId: string, { key, epoch, intent, leaseMs }: StepOf<'acquire'>): Promise<Acquired> {
    const owner = randomUUID()
    const step = { ...sessionOf(key, this.#vault), epoch, leaseMs, owner, intent: this.#intent(userId, intent) }
    const budget = this.#options.budget()
    const ahead = budget?.takeAhead('login')
    const acquired = await this.#step<Acquired | { kind: 'hit'; token: StoredToken }>(userId, 'acquire', step).catch(
      (error: unknown) => {
        void this.#abandon(userId, owner)
        throw error
      },
    )
    await ahead
    if (acquired.kind !== 'acquired') budget?.notNeeded('login')
    if (acquired.kind === 'busy') return { kind: 'busy', heldForMs: acquired.heldForMs }
    if (acquired.kind !== 'hit') return acquired
    const token = this.#vault.openToken(userId, acquired.token as StoredToken)
    if (token) return { kind: 'hit', token }
    await this.forget(userId)
    return this.acquire(userId, { key, epoch, intent, leaseMs })
  }

  begin(userId: string, { fence, epoch, intent, leaseMs, cleared }: StepOf<'begin'>): Promise<boolean> {
    return this.#step(userId, 'begin', { fence, epoch, leaseMs, cleared, intent: this.#intent(userId, intent) })
  }

  commit(userId: string, step: StepOf<'commit'>): Promise<'stored' | 'superseded' | 'late'> {
    const { fence, epoch, token, nickname, avatarUrl } = step
    return this.#step(userId, 'commit', {
      fence,
      epoch,
      token: this.#vault.sealToken(userId, token),
      holdForMs: this.#msUntil(step.holdUntil),
      settlesInMs: this.#msUntil(token.settlesAt),
      profile: this.#vault.sealProfile(userId, { nickname, avatarUrl }),
    })
  }

  async release(userId: string, { fence, holdUntil }: StepOf<'release'>): Promise<void> {
    await this.#step(userId, 'release', { fence, holdForMs: this.#msUntil(holdUntil) })
  }

  released(userId: string, withinMs: number): Promise<void> {
    return this.#notices.wait(userId, withinMs)
  }

  async profile(userId: string, profile: StepOf<'profile'>): Promise<void> {
    await this.#step(userId, 'profile', { profile: this.#vault.sealProfile(userId, profile) })
  }

  async logout(userId: string, { key, everything, claimForMs }: StepOf<'logout'>): Promise<LoggedOut | 'later'> {
    const step = { ...sessionOf(key, this.#vault), everything, claimForMs, owner: randomUUID() }
    const { wait, budget } = this.#options
    const ahead = claimForMs > 0 ? budget()?.takeAhead('revocation') : undefined
    try {
      await this.#late.done(userId)
      const [done, acknowledged] = await this.#run<Handed & { waiting: string[] }>(
        userId,
        'logout',
        step,
        ...(wait ? [wait.command] : []),
      )
      await ahead
      const claimed = await this.#revocations(userId, done)
      if (claimed.length === 0) budget()?.notNeeded('revocation')
      return { waiting: list(done.waiting), claimed, durable: !wait || Number(acknowledged) >= wait.replicas }
    } catch (error) {
      if (this.#late.keep(userId, step)) return 'later'
      throw error
    }
  }

  deny(userId: string, { key, token, intervalMs }: StepOf<'deny'>): Promise<Denied> {
    return this.#step(userId, 'deny', { ...sessionOf(key, this.#vault), token: this.#vault.digest(token), intervalMs })
  }

  async claim({ limit, visibleForMs }: { limit: number; visibleForMs: number }): Promise<Claimed> {
    const waiting = await this.#waiting(this.#outboxes.due(), limit)
    const due = waiting.filter(({ dueInMs }) => dueInMs <= 0).flatMap(({ users }) => users)
    const revocations: Revocation[] = []
    for (const userId of due.slice(0, limit)) {
      if (revocations.length >= limit) break
      const handed = await this.#step<Handed>(userId, 'claim', { visibleForMs })
      revocations.push(...(await this.#revocations(userId, handed)))
    }
    return { revocations, nextInMs: this.#outboxes.nextInMs }
  }

  settle({ userId, id, token, epoch, fence }: Revocation): Promise<boolean> {
    return this.#step(userId, 'settle', { id, all: token === undefined, epoch, fence })
  }

  async retry({ userId, id, token, fence }: Revocation, step: Parameters<TokenSpace['retry']>[1]): Promise<void> {
    const { delayMs, holdUntil, tried } = step
    const holdForMs = this.#msUntil(holdUntil)
    await this.#step(userId, 'retry', { id, all: token === undefined, fence, delayMs, holdForMs, tried })
  }

  async forget(userId: string): Promise<void> {
    await this.#step(userId, 'forget', {})
  }

  async widen({ userId, id }: Revocation): Promise<void> {
    await this.#step(userId, 'widen', { id })
  }

  async pending(userId?: string): Promise<readonly Revocation[]> {
    await this.#late.allDone()
    const everyShard = Array.from({ length: 256 }, (_, shard) => shard)
    const users = userId === undefined ? (await this.#waiting(everyShard, 0)).flatMap((of) => of.users) : [userId]
    const records = await Promise.all(
      users.map((id) => this.#link.command(this.#keys.record(id), ['GET', this.#keys.record(id)])),
    )
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
    const { userIds } = this.#late
    if (userIds.length > 0) {
      this.#options.listener.warn(
        `Redis did not answer before the shutdown: the logouts of these users are lost, and their tokens work until they expire: ${userIds.join(', ')}`,
      )
    }
    await this.#notices.close()
    await this.#options.closed()
  }

  /** A step, once those are done that had to wait for Redis. */
  async #step<T>(userId: string, name: string, step: object): Promise<T> {
    await this.#late.done(userId)
    return (await this.#run<T>(userId, name, step))[0]
  }

  async #run<T>(
    userId: string,
    name: string,
    step: object,
    ...then: (readonly string[])[]
  ): Promise<readonly [result: T, ...then: unknown[]]> {
    const shard = this.#keys.shardOf(userId)
    const keys = [this.#keys.record(userId), this.#keys.outbox(shard)] as const
    const args = [name, JSON.stringify(step), userId, this.#keys.released, this.#options.clock()]
    for (let attempt = 1; attempt <= 2; attempt++) {
      const sentAt = performance.now()
      const waitsUntil = await this.#link.giveUpAt(keys[0])
      const [reply, ...rest] = await this.#link.run(SCRIPTS.step, keys, [...args, waitsUntil], ...then)
      const { result, dueInMs, now, late } = JSON.parse(reply as string) as StepReply<T>
      this.#link.learnTime(now, sentAt)
      if (dueInMs !== undefined) this.#outboxes.noteDue(shard, dueInMs)
      if (!late) return [result, ...rest]
      // We are still here to hear it: Redis's clock was set.
    }
    throw new Error('Redis took the step for one that came too late')
  }

  #stateOf(userId: string, record: StoredRecord, key: SessionKey): Promise<UserState> | UserState {
    const session = key.session === undefined ? undefined : this.#vault.digest(key.session)
    const tokens = list(record.tokens)
    const stored = key.ownToken ? tokens.findLast((token) => token.session === session) : tokens.at(-1)
    const token = stored && this.#vault.openToken(userId, stored)
    const stone = session && list(record.tombstones).find((other) => other.session === session)
    const { nickname, avatarUrl } = this.#vault.openProfile(userId, record.profile)
    const loggedOut = stone !== undefined && stone !== '' && stone.untilTime > this.#now()
    const state = { epoch: record.epoch, token, loggedOut, nickname, avatarUrl }
    // What nobody can read, nobody can revoke by name.
    return stored && !token ? this.forget(userId).then(() => state) : state
  }

  async #waiting(shards: readonly number[], limit: number): Promise<{ users: readonly string[]; dueInMs: number }[]> {
    const look = async (some: readonly number[]) => {
      const keys = some.map((shard) => this.#keys.outbox(shard))
      const [reply] = await this.#link.run(SCRIPTS.outboxes, keys, [limit, this.#options.clock()])
      return (reply as [number, string[]][]).map(([dueInMs, users], i) => {
        this.#outboxes.looked(some[i] ?? 0, dueInMs < 0 ? undefined : dueInMs)
        return { users, dueInMs }
      })
    }
    if (shards.length === 0) return []
    // In a cluster each shard is another slot.
    return (await Promise.all(this.#link.isCluster ? shards.map((shard) => look([shard])) : [look(shards)])).flat()
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
        return await this.#step(userId, 'abandon', { owner })
      } catch {
        // Redis is still away.
      }
    }
  }

  #intent(userId: string, { session, minted }: StepOf<'begin'>['intent']): object {
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
    return time === undefined ? undefined : Math.max(0, time - this.#now())
  }
}

interface StepReply<T> {
  readonly result: T
  /** When the first of the user's revocations is due. */
  readonly dueInMs?: number
  readonly now: number
  readonly late?: boolean
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
