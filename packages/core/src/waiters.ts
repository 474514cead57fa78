/** Lets callers wait until somebody wakes them, or for a time at most. */
export class Waiters {
  readonly #wakes = new Set<() => void>()
  /** How often somebody woke them. Given to `wait`, it loses no wake between a look and the wait. */
  wakes = 0

  wait(withinMs: number, seen: number = this.wakes): Promise<void> {
    if (seen !== this.wakes) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        this.#wakes.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, withinMs)
      this.#wakes.add(wake)
    })
  }

  wake(): void {
    this.wakes += 1
    for (const wake of this.#wakes) wake()
  }
}
