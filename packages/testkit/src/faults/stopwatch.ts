import { setImmediate as turn } from 'node:timers/promises'

/** What became of a call. */
export type Outcome<T> = { readonly value: T } | { readonly error: unknown }

/** How much longer than promised a call may take. In ms. */
const TOLERANCE = 100
/** How much longer anybody waits for it. In ms. */
const FOR_EVER = 10_000

/** Sees whether calls keep the time they promise. */
export class Stopwatch {
  /** Calls that took longer than they may. */
  late = 0
  /** How far beyond its promise a call ended at most, by the clock on the wall. In ms. */
  worstMs = 0

  /**
   * Times a call. Late is one that has not settled when a timer fires that was set before it: such a timer is held up by
   * a busy event loop just like the call, so that a loaded machine makes no call late.
   */
  async time<T>(withinMs: number, call: () => Promise<T>): Promise<Outcome<T>> {
    let settled = false
    const overdue = async () => {
      await turn()
      if (!settled) this.late += 1
    }
    const timers: NodeJS.Timeout[] = [setTimeout(() => void overdue(), withinMs + TOLERANCE)]
    const never = new Promise<never>((_, reject) => {
      timers.push(setTimeout(() => reject(new Error('it did not settle at all')), withinMs + FOR_EVER))
    })
    const started = performance.now()
    try {
      return { value: await Promise.race([call(), never]) }
    } catch (error) {
      return { error }
    } finally {
      settled = true
      for (const timer of timers) clearTimeout(timer)
      this.worstMs = Math.max(this.worstMs, performance.now() - started - withinMs)
    }
  }
}
