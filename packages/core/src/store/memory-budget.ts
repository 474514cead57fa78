import { type BudgetLimits, limitsOf, LONGEST_PAUSE, type Purpose, type RequestBudget } from './request-budget.js'

/** The chat server counts the requests of each 60 s (protocol.md: at most 1,000 for one API key). */
const WINDOW = 60_000

/** The requests of the last 60 seconds, each with its time: no 60 seconds can hold more than the limit. */
export class MemoryBudget implements RequestBudget {
  readonly #limits: BudgetLimits
  readonly #now: () => number
  readonly #revocations: number[] = []
  readonly #others: number[] = []
  #pausedUntil = 0

  constructor(perMinute: number, now: () => number) {
    this.#limits = limitsOf(perMinute)
    this.#now = now
  }

  take(purpose: Purpose): number {
    const now = this.#now()
    const paused = this.#pausedUntil - now
    // More than the longest pause can only be a clock that was set back.
    if (paused > 0 && paused <= LONGEST_PAUSE) return paused
    if (this.#limits.all === Infinity) return 0
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
    const limits = this.#limits
    if (purpose === 'login') return others < limits.logins && others + revocations < limits.all
    if (purpose === 'revocation' && revocations < limits.revocations) return true
    return others + revocations < limits.canWait
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
