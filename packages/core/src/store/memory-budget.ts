import {
  allows,
  type BudgetLimits,
  limitsOf,
  pauseLeft,
  type Purpose,
  type RequestBudget,
  WINDOW,
} from './request-budget.js'

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
    const paused = pauseLeft(this.#pausedUntil, now)
    if (paused > 0) return paused
    if (this.#limits.all === Infinity) return 0
    forget(this.#revocations, now)
    forget(this.#others, now)
    const sent = { revocations: this.#revocations.length, others: this.#others.length }
    if (!allows(this.#limits, purpose, sent)) return this.#oldest() + WINDOW - now
    if (purpose === 'revocation') this.#revocations.push(now)
    else this.#others.push(now)
    return 0
  }

  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + ms)
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
