/** Those who wait for users' leases. For drivers that hear of a lease that was released. */
export class LeaseWaiters {
  readonly #wakes = new Map<string, Set<() => void>>()

  /** Resolves when somebody wakes those who wait for the user's lease, or after `withinMs`. */
  wait(userId: string, withinMs: number): Promise<void> {
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

  /** Calls `wake` each time that the user's lease may be free, until the returned function is called. */
  listen(userId: string, wake: () => void): () => void {
    const wakes = this.#wakes.get(userId) ?? new Set()
    this.#wakes.set(userId, wakes.add(wake))
    return () => {
      wakes.delete(wake)
      if (wakes.size === 0 && this.#wakes.get(userId) === wakes) this.#wakes.delete(userId)
    }
  }

  /** The user's lease may be free. */
  wake(userId: string): void {
    for (const wake of this.#wakes.get(userId) ?? []) wake()
  }

  /** Anybody's may be. */
  wakeAll(): void {
    for (const userId of this.#wakes.keys()) this.wake(userId)
  }
}
