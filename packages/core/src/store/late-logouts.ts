import type { Revocation } from './token-store.js'
import type { LogoutStep } from './records.js'

/** A logout that the database has not been told of. */
export interface LateLogout {
  readonly step: LogoutStep
  /** When it was asked for last, by the monotonic clock. */
  readonly askedAt: number
  /** What it may have claimed already: nobody carries it. */
  readonly claimed: readonly Revocation[]
}

interface Late {
  /** By name: of the same logout only the last one matters. */
  readonly logouts: Map<string, LateLogout>
  sending: Promise<void> | undefined
}

/** So many users, and so many logouts of each; more than that can only be told that their logout failed. */
const MAX_USERS = 10_000
const MAX_LOGOUTS = 500

/**
 * The logouts of this process while the database is away. They are done as soon as it is back, and before anything else is
 * done for their user, so that no token from before them is handed out here.
 */
export class LateLogouts {
  readonly #users = new Map<string, Late>()
  readonly #send: (userId: string, logouts: readonly LateLogout[]) => Promise<void>

  constructor(send: (userId: string, logouts: readonly LateLogout[]) => Promise<void>) {
    this.#send = send
  }

  get userIds(): readonly string[] {
    return [...this.#users.keys()]
  }

  /** Whether there was room for it. */
  keep(userId: string, name: string, logout: LateLogout): boolean {
    const late = this.#users.get(userId) ?? { logouts: new Map<string, LateLogout>(), sending: undefined }
    const before = late.logouts.get(name)
    if (!before && (late.logouts.size >= MAX_LOGOUTS || (late.logouts.size === 0 && this.#users.size >= MAX_USERS))) {
      return false
    }
    this.#users.set(userId, late)
    late.logouts.set(name, { ...logout, claimed: [...(before?.claimed ?? []), ...logout.claimed] })
    return true
  }

  /** Resolves when all logouts of the user are done; `undefined` when there are none. */
  done(userId: string): Promise<void> | undefined {
    if (this.#users.size === 0) return undefined
    const late = this.#users.get(userId)
    if (!late) return undefined
    return (late.sending ??= this.#sendAll(userId, late).finally(() => (late.sending = undefined)))
  }

  /** Tries them all. Resolves also when some fail. */
  async allDone(): Promise<void> {
    await Promise.allSettled(this.userIds.map(async (userId) => this.done(userId)))
  }

  /** One write for all of them, and again for those that came meanwhile. */
  async #sendAll(userId: string, { logouts }: Late): Promise<void> {
    while (logouts.size > 0) {
      const sent = [...logouts]
      await this.#send(
        userId,
        sent.map(([, logout]) => logout),
      )
      for (const [name, logout] of sent) if (logouts.get(name) === logout) logouts.delete(name)
    }
    this.#users.delete(userId)
  }
}
