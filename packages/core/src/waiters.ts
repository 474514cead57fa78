/** Lets callers wait until somebody wakes them, or for a time at most. */
export class Waiters {
  readonly #wakes = new Set<() => void>()

  get size(): number {
    return this.#wakes.size
  }

  wait(withinMs: number): Promise<void> {
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
    for (const wake of this.#wakes) wake()
  }
}
