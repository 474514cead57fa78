import { LONGEST_PAUSE, type Purpose, type RequestBudget } from './request-budget.js'

/** The chat server counts the requests of each 60 s (protocol.md: at most 1,000 for one API key). */
const WINDOW = 60_000
/** Together they stay below the chat server's limit, and leave some of it to the app's own calls. */
const LOGINS = 800
const REVOCATIONS = 100
/** What can wait leaves so much of the whole free for the logins that may come. */
const KEPT_FOR_LOGINS = 400

/** The requests of the last 60 seconds, each with its time: no 60 seconds can hold more than the limit. */
export class MemoryBudget implements RequestBudget {
  readonly #now: () => number
  readonly #revocations: number[] = []
  readonly #others: number[] = []
  #pausedUntil = 0

  constructor(now: () => number) {
    this.#now = now
  }

  take(purpose: Purpose): number {
    const now = this.#now()
    const paused = this.#pausedUntil - now
    // More than the longest pause can only be a clock that was set back.
    if (paused > 0 && paused <= LONGEST_PAUSE) return paused
    forget(this.#revocations, now)
    forget(this.#others, now)
    if (!this.#allows(purpose)) return this.#oldest() + WINDOW - now
    if (purpose === 'revocation') this.#revocations.push(now)
    else this.#others.push(now)
    return 0
  }

  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + ms)
  }

  #allows(purpose: Purpose): boolean {
    const revocations = this.#revocations.length
    const others = this.#others.length
    if (purpose === 'login') return others < LOGINS && others + revocations < LOGINS + REVOCATIONS
    if (purpose === 'revocation' && revocations < REVOCATIONS) return true
    return others + revocations < LOGINS + REVOCATIONS - KEPT_FOR_LOGINS
  }

  #oldest(): number {
    return Math.min(this.#revocations[0] ?? Infinity, this.#others[0] ?? Infinity)
  }
}

function forget(times: number[], now: number): void {
  // A time to come can only be from before the clock was set back.
  const kept = times.findIndex((time) => time > now - WINDOW && time <= now)
  times.splice(0, kept === -1 ? times.length : kept)
}
