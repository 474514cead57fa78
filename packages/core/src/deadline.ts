import type { ChatTokenError } from './errors.js'

/** In ms. */
const GRACE = 50

/**
 * A point in time after which nobody waits and nothing is sent any more. By the monotonic clock: wall-clock jumps do not
 * put it off, and after an event-loop stall it tells the truth although timers fire late. By the wall clock as well: a
 * machine that slept must not go on with what its lease no longer covers.
 */
export class Deadline {
  readonly #at: number
  readonly #now: () => number
  readonly #wallAt: number

  constructor(milliseconds: number, now: () => number) {
    this.#at = performance.now() + milliseconds
    this.#now = now
    this.#wallAt = now() + milliseconds
  }

  /** Milliseconds left, never negative. */
  get remaining(): number {
    return Math.max(0, Math.min(this.#at - performance.now(), this.#wallAt - this.#now()))
  }

  get passed(): boolean {
    return this.remaining === 0
  }

  /**
   * The promise's result, or `onTimeout`'s error when the deadline passes first. The promise itself goes on. Work that
   * keeps the same deadline gets a moment longer, to say itself what went wrong.
   */
  race<T>(promise: Promise<T>, onTimeout: () => ChatTokenError): Promise<T> {
    return new Promise((resolve, reject) => {
      // If it was us who were busy, the work has ended by now as well, and says so before the immediate.
      const timer = setTimeout(() => setImmediate(() => reject(onTimeout())), this.remaining + GRACE)
      promise.then(resolve, reject).finally(() => clearTimeout(timer))
    })
  }

  /** Calls `onPassed` when the deadline passes; the returned function takes the timer back. */
  schedule(onPassed: () => void): () => void {
    const timer = setTimeout(onPassed, this.remaining)
    return () => clearTimeout(timer)
  }
}

/** Resolves after so many ms, or as soon as the signal is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, ms)
    signal?.addEventListener('abort', wake)
  })
}
