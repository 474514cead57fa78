import { isFresh } from './live-token.js'
import type { Acquired, Denied, LoggedOut, Revocation, TokenSpace } from './token-store.js'
import type { OutboxEntry } from './duties.js'
import type { UserRecord } from './user-record.js'

type Step<Name extends 'acquire' | 'begin' | 'commit' | 'release' | 'logout' | 'deny' | 'retry'> = Parameters<
  TokenSpace[Name]
>[1]

/**
 * The atomic steps of the token life cycle on one user's record, as `TokenSpace` promises them. Each is one synchronous
 * function: between its first and its last line nothing else can happen to that user.
 */

/** How many tokens of one user are denied one by one. */
const MAX_DENIED = 100

/** Takes the lease. An intent still there was left by an owner who crashed, or whose issue has an unknown outcome. */
function takeLease(record: UserRecord, until: number, fence: number): void {
  record.duties.fence = fence
  record.duties.lease(until)
  const orphan = record.duties.intent
  if (!orphan) return
  if (orphan.minted) record.duties.enqueue(orphan.minted.token, orphan.minted.expiresAt, 0)
  else record.unsure = true
  record.duties.intent = undefined
}

export function acquire(record: UserRecord, step: Step<'acquire'>, now: number, fence: number): Acquired {
  if (record.epoch !== step.epoch) return { kind: 'superseded' }
  const current = record.current(step.key)
  if (isFresh(current, now)) return { kind: 'hit', token: current }
  if (record.isLeased(now))
    return { kind: 'busy', heldForMs: record.duties.held ? record.duties.leasedUntil - now : undefined }
  takeLease(record, now + step.leaseMs, fence)
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
  if (record.duties.fence !== step.fence) {
    discard(record, step)
    return 'late'
  }
  record.duties.hold(step.holdUntil)
  record.duties.intent = undefined
  if (record.epoch !== step.epoch) {
    discard(record, step)
    return 'superseded'
  }
  record.add(step.token, now)
  record.known = true
  record.nickname = step.nickname
  record.avatarUrl = step.avatarUrl
  return 'stored'
}

/** The token came too late to be kept. */
function discard(record: UserRecord, { token, holdUntil = 0 }: Step<'commit'>): void {
  if (!token.external) record.duties.enqueue(token.token, token.expiresAt, holdUntil)
}

export function release(record: UserRecord, step: Step<'release'>): void {
  if (record.duties.fence !== step.fence) return
  record.duties.hold(step.holdUntil)
  if (step.holdUntil !== undefined) return
  // A logout in between may have queued the token that was not bound after all: that is certain now.
  const minted = record.duties.intent?.minted
  if (minted && record.duties.outbox.some(({ token }) => token === minted.token)) {
    record.duties.enqueue(minted.token, minted.expiresAt, 0)
  }
  record.duties.intent = undefined
}

export function logout(
  userId: string,
  record: UserRecord,
  { key, everything, claimForMs, external = false }: Step<'logout'>,
  now: number,
  nextFence: () => number,
): LoggedOut {
  const { intent } = record.duties
  const intentIsOurs = intent !== undefined && (everything || !key.ownToken || intent.session === key.session)
  const unknown = everything || (!record.known && record.tokens.length === 0)
  // Tokens may be out there that nobody can name.
  const unnamed = (unknown && !external) || record.unsure || (intentIsOurs && intent.minted === undefined)
  const taken = record.tokens.filter((token) => unnamed || !key.ownToken || token.session === key.session)

  record.raiseEpoch(now)
  for (const token of taken) record.revoke(token, now)
  // The token being assigned right now may reach the server as late as the lease of its owner lasts.
  if (intentIsOurs && intent.minted)
    record.duties.enqueue(intent.minted.token, intent.minted.expiresAt, record.duties.leasedUntil)
  if (unnamed) record.duties.enqueueAll(record.epoch, now)
  if (key.session !== undefined) record.duties.bury(key.session, now, taken)
  record.known = true
  const waiting = record.outbox.map(({ id }) => id)
  const claimed = claimForMs > 0 ? claim(userId, record, now + claimForMs, now, nextFence) : []
  // Memory ends with the process; with nothing waiting there is nothing to lose.
  return { waiting, claimed, durable: waiting.length === 0 }
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
export function claim(
  userId: string,
  record: UserRecord,
  until: number,
  now: number,
  nextFence: () => number,
): Revocation[] {
  const claimed: Revocation[] = []
  for (const entry of record.duties.outbox) {
    if (entry.giveUpAt <= now) record.duties.drop(entry)
    else if (dueIn(record, entry, now) === 0) {
      entry.claimedAt = now
      entry.claimedUntil = until
      entry.askedAgain = false
      const fence = (entry.claim = nextFence())
      if (entry.token === undefined) takeLease(record, until, fence)
      claimed.push(revocationOf(userId, record, entry, fence))
    }
  }
  return claimed
}

/** Ms until an entry may be claimed. */
export function dueIn(record: UserRecord, entry: OutboxEntry, now: number): number {
  const leasedUntil = entry.token === undefined ? record.duties.leasedUntil : 0
  return Math.max(0, entry.dueAt - now, entry.claimedUntil - now, leasedUntil - now)
}

export function settle(record: UserRecord, revocation: Revocation): boolean {
  const { id, token, epoch, fence } = revocation
  if (token === undefined) {
    record.cleared(epoch)
    if (fence !== undefined) release(record, { fence, holdUntil: undefined })
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
  if (token === undefined && fence !== undefined) release(record, { fence, holdUntil: step.holdUntil })
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

export function revocationsOf(userId: string, record: UserRecord): Revocation[] {
  return record.outbox.map((entry) => revocationOf(userId, record, entry, undefined))
}

function revocationOf(
  userId: string,
  { epoch }: UserRecord,
  { id, token, attempts }: OutboxEntry,
  fence: number | undefined,
): Revocation {
  return { id, userId, token, attempts, epoch, fence }
}
