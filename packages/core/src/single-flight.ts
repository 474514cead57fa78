/**
 * Lets concurrent callers with the same key share one piece of work. A caller with a newer `version` of the key does
 * not join work that began under an older one: that work's result may already be out of date for them.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, { version: number; result: Promise<T> }>()

  get size(): number {
    return this.#flights.size
  }

  run(key: string, version: number, work: () => Promise<T>): Promise<T> {
    const current = this.#flights.get(key)
    if (current?.version === version) return current.result
    const flight = { version, result: work().finally(() => this.#land(key, flight)) }
    this.#flights.set(key, flight)
    return flight.result
  }

  /** Resolves once everything that is in flight now has ended, however it ends. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#flights.values()].map((flight) => flight.result))
  }

  #land(key: string, flight: object): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key)
  }
}
