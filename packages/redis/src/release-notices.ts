import { LeaseWaiters } from '@imkit-auth/core'
import type { Subscription } from './commands/redis-commands.js'
import type { Link } from './link.js'

/** Wakes those who wait for a user's lease when any process gives it back. The connection for it opens with the first wait. */
export class ReleaseNotices extends LeaseWaiters {
  readonly #link: Link
  readonly #channel: string
  #subscription: Subscription | undefined

  constructor(link: Link, channel: string) {
    super()
    this.#link = link
    this.#channel = channel
  }

  override wait(userId: string, withinMs: number): Promise<void> {
    this.#subscribe()
    return super.wait(userId, withinMs)
  }

  close(): void {
    this.#subscription?.end()
  }

  #subscribe(): void {
    if (this.#subscription) return
    const subscription = this.#link.commands.subscribe(this.#channel, (userId) => this.wake(userId))
    this.#subscription = subscription
    const failed = (error: unknown) => {
      this.#link.report(error)
      // Who waits looks again by itself all the same, and the next one tries to listen again.
      subscription.end()
      this.#subscription = undefined
    }
    // What was given back before nobody has heard.
    subscription.ready.then(() => this.wakeAll(), failed)
  }
}
