import type { Subscription } from './commands/redis-commands.js'
import type { Link } from './link.js'

/** Wakes those who wait for a user's lease when any process gives it back. The connection for it opens with the first wait. */
export class ReleaseNotices {
  readonly #link: Link
  readonly #channel: string
  readonly #waiting = new Map<string, Set<() => void>>()
  #subscription: Subscription | undefined

  constructor(link: Link, channel: string) {
    this.#link = link
    this.#channel = channel
  }

  wait(userId: string, withinMs: number): Promise<void> {
    this.#subscribe()
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        stop()
        resolve()
      }
      const timer = setTimeout(wake, withinMs)
      const stop = this.listen(userId, wake)
    })
  }

  /** Calls `wake` whenever it hears that the lease was given back, until the returned function is called. */
  listen(userId: string, wake: () => void): () => void {
    const wakes = this.#waiting.get(userId) ?? new Set()
    this.#waiting.set(userId, wakes.add(wake))
    return () => {
      wakes.delete(wake)
      if (wakes.size === 0) this.#waiting.delete(userId)
    }
  }

  close(): void {
    this.#subscription?.end()
  }

  #subscribe(): void {
    if (this.#subscription) return
    const subscription = this.#link.subscribe(this.#channel, (userId) => this.#wake(userId))
    this.#subscription = subscription
    subscription.ready.then(
      // What was given back before nobody has heard.
      () => [...this.#waiting.keys()].forEach((userId) => this.#wake(userId)),
      (error: unknown) => {
        this.#link.report(error)
        // Who waits looks again by itself all the same, and the next one tries to listen again.
        subscription.end()
        this.#subscription = undefined
      },
    )
  }

  #wake(userId: string): void {
    for (const wake of this.#waiting.get(userId) ?? []) wake()
  }
}
