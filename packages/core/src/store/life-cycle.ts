import type { OutboxEntry } from './duties.js'
import { isFresh, type LiveToken } from './live-token.js'
import type { TokenSpace } from './token-space.js'
import type { Acquired, Denied, LoggedOut, Revocation } from './token-store.js'
import type { UserRecord } from './user-record.js'

type Step<Name extends 'acquire' | 'begin' | 'commit' | 'release' | 'logout' | 'deny' | 'retry'> = Parameters<
  TokenSpace[Name]
>[1]

/**
 * The atomic steps of the token life cycle on one user's record, as `TokenSpace` promises them. Each is one synchronous
 * function: between its first and its last line nothing else can happen to that user, whatever the record is kept in.
 */

/** How many tokens of one user are denied one by one. */
const MAX_DENIED = 100

/** The number of a lease or a claim: it grows, and no two processes make the same one. */
function fenceAfter(last: number, now: number): number {
  return Math.max(last + 1, Math.floor(now) * 1_024) + Math.floor(Math.random() * 1_024)
}

/** Takes the lease. An intent still there was left by an owner who crashed, or whose issue has an unknown outcome. */
function takeLease(record: UserRecord, until: number, now: number): number {
  const fence = (record.duties.fence = fenceAfter(record.duties.fence, now))
  record.duties.beganAt = now
  record.duties.lease(until)
  const orphan = record.duties.intent
  if (orphan?.minted) record.duties.enqueue(orphan.minted.token, orphan.minted.expiresAt, 0)
  else if (orphan) record.unsure = true
  record.duties.intent = undefined
  return fence
}

export function acquire(record: UserRecord, step: Step<'acquire'>, now: number): Acquired {
  if (record.epoch !== step.epoch) return { kind: 'superseded', ...(record.fresh && { newcomer: true }) }
  const current = record.current(step.key)
  if (isFresh(current, now, step.renewBefore ?? Infinity)) return { kind: 'hit', token: current }
  if (record.isLeased(now))
    return { kind: 'busy', heldForMs: record.duties.held ? record.duties.leasedUntil - now : undefined }
  const fence = takeLease(record, now + step.leaseMs, now)
  const revokeAllFirst = record.duties.revokeAllEntry !== undefined
  if (!revokeAllFirst) record.duties.intent = step.intent
  return { kind: 'acquired', fence, revokeAllFirst }
}

export function begin(record: UserRecord, step: Step<'begin'>, now: number): boolean {
  if (record.duties.fence !== step.fence) return false
  if (step.cleared) {
    record.cleared(step.epoch)
    record.tokens = []
  }
  // A logout may have come while the revocation of all tokens was under way.
  if (record.epoch !== step.epoch) {
    record.duties.hold(undefined)
    record.duties.intent = undefined
    return false
  }
  // The lease may have run out meanwhile without anybody taking it.
  record.duties.lease(now + step.leaseMs)
  record.duties.intent = step.intent
  return true
}

export function commit(record: UserRecord, step: Step<'commit'>, now: number): 'stored' | 'superseded' | 'late' {
  const settlesAt = step.holdForMs === undefined ? undefined : now + step.holdForMs
  const token = settlesAt === undefined ? step.token : { ...step.token, settlesAt }
  if (record.duties.fence !== step.fence) {
    discard(record, token)
    return 'late'
  }
  record.duties.hold(settlesAt)
  record.duties.intent = undefined
  if (record.epoch !== step.epoch) {
    discard(record, token)
    return 'superseded'
  }
  record.add(token, now)
  if (!token.external) record.known = true
  record.nickname = step.nickname
  record.avatarUrl = step.avatarUrl
  return 'stored'
}

/** The token came too late to be kept. */
function discard(record: UserRecord, { token, expiresAt, settlesAt = 0, external }: LiveToken): void {
  if (!external) record.duties.enqueue(token, expiresAt, settlesAt)
}

export function release(record: UserRecord, { fence, holdForMs }: Step<'release'>, now: number): void {
  if (record.duties.fence !== fence) return
  record.duties.hold(holdForMs === undefined ? undefined : now + holdForMs)
  if (holdForMs !== undefined) return
  // A logout in between may have queued the token that was not bound after all: that is certain now.
  const minted = record.duties.intent?.minted
  if (minted && record.duties.outbox.some(({ token }) => token === minted.token)) {
    record.duties.enqueue(minted.token, minted.expiresAt, 0)
  }
  record.duties.intent = undefined
}

/** `askedAt`: when a logout that comes late was asked for, in epoch ms. What was obtained since is spared. */
export function logout(
  userId: string,
  record: UserRecord,
  { key, everything, claimForMs }: Step<'logout'>,
  now: number,
  askedAt: number = Infinity,
): LoggedOut {
  const { intent } = record.duties
  const isTheirs = (session: string | undefined) => !key.ownToken || session === undefined || session === key.session
  const intentIsOurs = intent !== undefined && (everything || isTheirs(intent.session))
  const unknown = (everything || !record.known) && !key.external
  // Tokens may be out there that nobody can name.
  const unnamed = unknown || record.unsure || (intentIsOurs && intent.minted === undefined)
  const later = record.tokens.filter(({ beganAt = 0 }) => beganAt > askedAt)
  const taken = record.tokens.filter((token) => !later.includes(token) && (unnamed || isTheirs(token.session)))

  record.raiseEpoch(now)
  for (const token of taken) record.revoke(token, now)
  // The token being assigned right now may reach the server as late as the lease of its owner lasts.
  if (intentIsOurs && intent.minted)
    record.duties.enqueue(intent.minted.token, intent.minted.expiresAt, record.duties.leasedUntil)
  if (unnamed && later.length > 0) record.unsure = true
  else if (unnamed) record.duties.enqueueAll(record.epoch, now)
  if (key.session !== undefined && later.length === 0) record.duties.bury(key.session, now, taken)
  if (!key.external) record.known = true
  const waiting = record.outbox.map(({ id }) => id)
  const claimed = claimForMs > 0 ? claim(userId, record, now + claimForMs, now) : []
  return { waiting, claimed, durable: true }
}

export function deny(record: UserRecord, step: Step<'deny'>, now: number): Denied {
  const current = record.current(step.key)
  if (!current || current.token !== step.token) return { kind: 'not-current' }
  const retryInMs = record.duties.deniedUntil - now
  // More than that can only be a clock that was set back.
  if (retryInMs > 0 && retryInMs <= step.intervalMs) return { kind: 'too-soon', retryInMs }
  record.duties.deniedUntil = now + step.intervalMs
  record.revoke(current, now)
  if (step.id === undefined) return { kind: 'denied' }
  record.duties.deny(step.id, current.expiresAt)
  // A new epoch denies as many as there are.
  if (record.duties.deniedIds(now).length > MAX_DENIED) {
    record.raiseEpoch(now)
    for (const token of record.tokens) record.revoke(token, now)
  }
  return { kind: 'denied' }
}

/** The user's revocations that are due. One of all tokens takes the user's lease, so that no obtain runs beside it. */
export function claim(userId: string, record: UserRecord, until: number, now: number): Revocation[] {
  const claimed: Revocation[] = []
  for (const entry of record.outbox) {
    if (entry.giveUpAt <= now) record.duties.drop(entry)
    else if (dueIn(record, entry, now) === 0) {
      entry.claimedAt = now
      entry.claimedUntil = until
      entry.askedAgain = false
      const isAll = entry.token === undefined
      const fence = (entry.claim = isAll ? takeLease(record, until, now) : fenceAfter(entry.claim ?? 0, now))
      claimed.push(revocationOf(userId, record, entry, fence))
    }
  }
  return claimed
}

/** When the first of the user's revocations may be claimed, in epoch ms; `undefined` when none waits. */
export function dueAt(record: UserRecord, now: number): number | undefined {
  if (record.outbox.length === 0) return undefined
  return now + Math.min(...record.outbox.map((entry) => dueIn(record, entry, now)))
}

/** Ms until an entry may be claimed. */
function dueIn(record: UserRecord, entry: OutboxEntry, now: number): number {
  const leasedUntil = entry.token === undefined ? record.duties.leasedUntil : 0
  return Math.max(0, entry.dueAt - now, entry.claimedUntil - now, leasedUntil - now)
}

export function settle(record: UserRecord, revocation: Revocation, now: number): boolean {
  const { id, token, epoch, fence } = revocation
  if (token === undefined) {
    record.cleared(epoch)
    if (fence !== undefined) release(record, { fence, holdForMs: undefined }, now)
  }
  const entry = record.outbox.find((other) => other.id === id)
  if (!entry) return true
  // Claimed again since: whether it was asked for once more meanwhile is that claim's to say.
  if (entry.claim !== fence) return false
  entry.claimedUntil = 0
  entry.dueAt = entry.settlesAt
  // Sent too early: an earlier send of this very token may have reached the server after its revocation did.
  if (entry.askedAgain || entry.claimedAt < entry.settlesAt) return false
  record.duties.drop(entry)
  return true
}

export function retry(record: UserRecord, revocation: Revocation, step: Step<'retry'>, now: number): void {
  const { id, token, fence } = revocation
  if (token === undefined && fence !== undefined) release(record, { fence, holdForMs: step.holdForMs }, now)
  const entry = record.outbox.find((other) => other.id === id)
  if (entry?.claim !== fence || !entry) return
  if (step.tried) entry.attempts += 1
  entry.claimedUntil = 0
  entry.dueAt = now + step.delayMs
}

export function forget(record: UserRecord): void {
  record.tokens = []
  record.unsure = true
}

export function widen(record: UserRecord, { id }: Revocation, now: number): void {
  const entry = record.duties.outbox.find((other) => other.id === id)
  if (!entry) return
  record.duties.drop(entry)
  if (record.tokens.length === 0) record.duties.enqueueAll(record.epoch, now)
}

export function revocationsOf(userId: string, record: Pick<UserRecord, 'epoch' | 'outbox'>): Revocation[] {
  return record.outbox.map((entry) => revocationOf(userId, record, entry, entry.claim))
}

function revocationOf(
  userId: string,
  { epoch }: Pick<UserRecord, 'epoch'>,
  { id, token, attempts }: OutboxEntry,
  fence: number | undefined,
): Revocation {
  return { id, userId, token, attempts, epoch, fence }
}
