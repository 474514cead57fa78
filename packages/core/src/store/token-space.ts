import { createHash } from 'node:crypto'
import { ChatTokenError } from '../errors.js'
import type { Awaitable } from './awaitable.js'
import * as lifeCycle from './life-cycle.js'
import type { LiveToken } from './live-token.js'
import type { Readable, Records, Step } from './records.js'
import type { Acquired, Claimed, Denied, Intent, LoggedOut, Revocation, SessionKey, UserState } from './token-store.js'

/** So many users are looked up at once. */
const PAGE = 50

/**
 * The token life cycle of the users of one chat server and namespace. Each method is one atomic step of `life-cycle.ts`:
 * nothing else happens to that user between its beginning and its end.
 */
export class TokenSpace {
  readonly #records: Records
  /** The app's clock. */
  readonly #now: () => number

  constructor(records: Records, now: () => number) {
    this.#records = records
    this.#now = now
  }

  /** The hot path. What it answers never changes afterwards. Of a user never seen before nothing is written. */
  read(userId: string, key: SessionKey): Awaitable<UserState> {
    const record = this.#records.read(userId)
    return record instanceof Promise ? this.#stateOf(record, key) : record.state(key, this.#now)
  }

  async #stateOf(read: Promise<Readable>, key: SessionKey): Promise<UserState> {
    const record = await read
    const isNamed = key.ownToken || record.namesSessions
    return record.state(isNamed ? this.#named(key) : key, this.#now)
  }

  /** A login clears its session's tombstone, unless a logout raised the epoch since it was read. Reads the user again. */
  admit(userId: string, { key, epoch }: { key: SessionKey; epoch: number }): Awaitable<UserState> {
    const named = this.#named(key)
    return this.#records.change(userId, (record) => {
      if (record.epoch === epoch && named.session !== undefined) record.duties.unbury(named.session)
      return record.state(named, this.#now)
    })
  }

  /**
   * Takes the user's lease for `leaseMs` and writes the intent, unless the epoch moved, a fresh token is there (by
   * `renewBefore`, in ms), or somebody holds the lease. An intent that a crashed owner left behind is turned into a revocation,
   * or remembered as an unknown token. When all tokens must be revoked first, the intent is left to `begin`. Without an intent
   * nothing is going to be sent.
   */
  async acquire(
    userId: string,
    step: { key: SessionKey; epoch: number; intent: Intent | undefined; leaseMs: number; renewBefore?: number },
  ): Promise<Acquired> {
    const named = { ...step, key: this.#named(step.key), intent: this.#namedIntent(step.intent) }
    let isFree = false
    const stopListening = this.#records.listen(userId, () => (isFree = true))
    try {
      const acquired = await this.#records.change<Acquired>(
        userId,
        (record, now) => lifeCycle.acquire(record, named, now),
        {
          ...(step.intent && { leadsTo: { purpose: 'login', if: ({ kind }) => kind === 'acquired' } }),
          undo: giveBack,
        },
      )
      // The news may come over another connection, and be here before the answer that would make us wait for it.
      return acquired.kind === 'busy' && isFree ? await this.acquire(userId, step) : acquired
    } finally {
      stopListening()
    }
  }

  /**
   * Under the lease, which lasts `leaseMs` from here: writes the intent, comparing the epoch again; with `cleared`, all
   * tokens from before are known to be revoked. `false` (and the lease is given back) when a logout came or the lease
   * was lost: nothing may be sent.
   */
  begin(
    userId: string,
    step: { fence: number; epoch: number; intent: Intent | undefined; leaseMs: number; cleared: boolean },
  ): Awaitable<boolean> {
    const named = { ...step, intent: this.#namedIntent(step.intent) }
    return this.#records.change(userId, (record, now) => lifeCycle.begin(record, named, now))
  }

  /**
   * Ends an obtain that succeeded. Stored only if neither a logout nor a newer owner came in between; otherwise that
   * token is queued for revocation. With `holdForMs` the lease outlasts the commit: so long an earlier send of this very token
   * may still reach the server.
   */
  commit(
    userId: string,
    step: {
      fence: number
      epoch: number
      token: LiveToken
      holdForMs: number | undefined
      nickname: string | undefined
      avatarUrl: string | undefined
    },
  ): Awaitable<'stored' | 'superseded' | 'late'> {
    if (!this.#records.isShared) {
      return this.#records.change(userId, (record, now) => lifeCycle.commit(record, step, now))
    }
    const token = { ...step.token, session: this.#nameOf(step.token.session) }
    return this.#records.change(userId, (record, now) => {
      const { beganAt } = record.duties
      return lifeCycle.commit(record, { ...step, token: { ...token, beganAt } }, now)
    })
  }

  /**
   * Ends an obtain that failed. Without `holdForMs` nothing happened at the server: intent and lease go. With it the server may
   * still act for so long: the intent stays, and nobody gets the lease before.
   */
  release(userId: string, step: { fence: number; holdForMs: number | undefined }): Awaitable<void> {
    return this.#records.change(userId, (record, now) => lifeCycle.release(record, step, now))
  }

  /** For those who were told `busy`: resolves when the user's lease may be free, or after `withinMs`. */
  released(userId: string, withinMs: number): Promise<void> {
    return this.#records.released(userId, withinMs)
  }

  /** Remembers the profile the chat server shows. */
  profile(userId: string, profile: { nickname: string | undefined; avatarUrl: string | undefined }): Awaitable<void> {
    const { nickname, avatarUrl } = profile
    return this.#records.change(userId, (record) => {
      record.nickname = nickname
      record.avatarUrl = avatarUrl
    })
  }

  /**
   * Logs a session out, or with `everything` the user: raises the epoch, takes the tokens, tombstones the session, and
   * queues the revocations. Those that are due are claimed for `claimForMs`, unless that is 0. With an `external` key the chat
   * server is told of no token: what is queued is only what it was told of before.
   *
   * A store that is away may answer `later`: it does the step as soon as it is back, if this process lives that long, and
   * before any other step of this process for that user.
   */
  logout(
    userId: string,
    step: { key: SessionKey; everything: boolean; claimForMs: number },
  ): Awaitable<LoggedOut | 'later'> {
    const { everything, claimForMs } = step
    const key = this.#named(step.key)
    const name = JSON.stringify([key, everything])
    return this.#records.logOut(userId, { name, claimForMs }, (record, now, askedAt, forMs) =>
      lifeCycle.logout(userId, record, { key, everything, claimForMs: forMs }, now, askedAt),
    )
  }

  /**
   * Forgets a token and queues its revocation, if it is the current one and the last time is `intervalMs` ago. Its `id`, if
   * it has one, is among the `denied` from then on, until the token has expired beyond doubt or the epoch is raised.
   */
  deny(
    userId: string,
    step: { key: SessionKey; token: string; id?: string | undefined; intervalMs: number },
  ): Awaitable<Denied> {
    const named = { ...step, key: this.#named(step.key) }
    return this.#records.change(userId, (record, now) => lifeCycle.deny(record, named, now))
  }

  /** Hands out revocations that are due, each to one claimer at a time for `visibleForMs`. */
  async claim({ limit, visibleForMs }: { limit: number; visibleForMs: number }): Promise<Claimed> {
    const claim =
      (userId: string): Step<readonly Revocation[]> =>
      (record, now) =>
        lifeCycle.claim(userId, record, now + visibleForMs, now)
    const { answers, nextInMs } = await this.#records.changeDue(limit, claim)
    return { revocations: answers, nextInMs }
  }

  /**
   * The chat server confirmed it. `false` when it has to be done again: a later logout asked for it once more, an
   * earlier, ambiguous send of this very token may have reached the server after the revocation did, or it has been
   * handed out again since.
   */
  settle(revocation: Revocation): Awaitable<boolean> {
    return this.#records.change(revocation.userId, (record, now) => lifeCycle.settle(record, revocation, now))
  }

  /**
   * It failed: due again after `delayMs`. With `holdForMs`, a revocation of all keeps the lease for so long. `tried` is false
   * when the chat server takes nothing from us at all, which says nothing about this revocation.
   */
  retry(
    revocation: Revocation,
    step: { delayMs: number; holdForMs: number | undefined; tried: boolean },
  ): Awaitable<void> {
    return this.#records.change(revocation.userId, (record, now) => lifeCycle.retry(record, revocation, step, now))
  }

  /**
   * The chat server revoked more than it was asked to: the user's tokens are forgotten, and as some of them may be alive
   * after all, the next logout revokes all.
   */
  forget(userId: string): Awaitable<void> {
    return this.#records.change(userId, (record) => lifeCycle.forget(record))
  }

  /**
   * The chat server cannot revoke this token alone: all of the user's are to be revoked instead, unless a token that they
   * have now would die with them. Then it is given up; it runs out by itself, or dies at the user's next logout.
   */
  widen(revocation: Revocation): Awaitable<void> {
    return this.#records.change(revocation.userId, (record, now) => lifeCycle.widen(record, revocation, now))
  }

  /** The user's revocations that still wait. */
  async pending(userId: string): Promise<readonly Revocation[]> {
    return lifeCycle.revocationsOf(userId, await this.#records.read(userId))
  }

  /** Everybody's revocations that still wait, some users at a time. What cannot be read here is another process's. */
  async *allPending(): AsyncGenerator<readonly Revocation[]> {
    for await (const userIds of this.#records.waiting()) {
      for (let at = 0; at < userIds.length; at += PAGE) {
        const page = userIds.slice(at, at + PAGE).map((userId) => this.#readable(userId))
        yield (await Promise.all(page)).flat()
      }
    }
  }

  async #readable(userId: string): Promise<readonly Revocation[]> {
    try {
      return await this.pending(userId)
    } catch (error) {
      if (error instanceof ChatTokenError && !error.ambiguous) return []
      throw error
    }
  }

  close(): Awaitable<void> {
    return this.#records.close()
  }

  /** What other processes and a database are told of a session: nobody can use it to be let in. */
  #named(key: SessionKey): SessionKey {
    return this.#records.isShared ? { ...key, session: this.#nameOf(key.session) } : key
  }

  #namedIntent(intent: Intent | undefined): Intent | undefined {
    return intent && this.#records.isShared ? { ...intent, session: this.#nameOf(intent.session) } : intent
  }

  #nameOf(session: string | undefined): string | undefined {
    return session === undefined ? undefined : createHash('sha256').update(session).digest('base64url').slice(0, 22)
  }
}

/** Nobody heard that the lease was theirs, and nothing was sent under it. */
function giveBack(acquired: Acquired): Step<void> | undefined {
  if (acquired.kind !== 'acquired') return undefined
  const { fence } = acquired
  return (record, now) => lifeCycle.release(record, { fence, holdForMs: undefined }, now)
}
