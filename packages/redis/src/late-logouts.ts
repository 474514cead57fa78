/** A logout that Redis has not been told of. */
export interface LateLogout {
  readonly step: object
  /** When it was asked for, by the monotonic clock. */
  readonly askedAt: number
}

interface Late {
  readonly logouts: LateLogout[]
  sending: Promise<void> | undefined
}

/** So many users whose logouts wait; more than that can only be told that their logout failed. */
const MAX_USERS = 10_000

/**
 * The logouts of this process while Redis is away. They are done as soon as it is back, and before anything else is done
 * for their user, so that no token from before them is handed out here.
 */
export class LateLogouts {
  readonly #users = new Map<string, Late>()
  readonly #send: (userId: string, logout: LateLogout) => Promise<void>

  constructor(send: (userId: string, logout: LateLogout) => Promise<void>) {
    this.#send = send
  }

  get userIds(): readonly string[] {
    return [...this.#users.keys()]
  }

  /** Whether there was room for it. */
  keep(userId: string, step: object): boolean {
    const late = this.#users.get(userId) ?? { logouts: [], sending: undefined }
    if (this.#users.size >= MAX_USERS && late.logouts.length === 0) return false
    this.#users.set(userId, late)
    late.logouts.push({ step, askedAt: performance.now() })
    return true
  }

  /** Resolves when all logouts of the user are done; at once when there are none. */
  async done(userId: string): Promise<void> {
    const late = this.#users.get(userId)
    if (late) await (late.sending ??= this.#sendAll(userId, late).finally(() => (late.sending = undefined)))
  }

  async allDone(): Promise<void> {
    await Promise.allSettled(this.userIds.map((userId) => this.done(userId)))
  }

  async #sendAll(userId: string, late: Late): Promise<void> {
    for (let first = late.logouts[0]; first; first = late.logouts[0]) {
      await this.#send(userId, first)
      late.logouts.shift()
    }
    this.#users.delete(userId)
  }
}
