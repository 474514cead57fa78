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
    const wakes = this.#waiting.get(userId) ?? new Set()
    this.#waiting.set(userId, wakes)
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        wakes.delete(wake)
        if (wakes.size === 0) this.#waiting.delete(userId)
        resolve()
      }
      const timer = setTimeout(wake, withinMs)
      wakes.add(wake)
    })
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
      () => {
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
