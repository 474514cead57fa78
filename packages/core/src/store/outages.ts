import type { DriverListener } from './store-driver.js'

/** How often a database that does not answer is asked again, in ms. */
const PROBE_INTERVAL = 250
/** After so long a connection is not believed in any more, in ms. */
const RENEW_AFTER = 3_000
/** A timer that is later than this tells that this process was busy, in ms. */
const BUSY = 20
/** What is waited for then: what was sent may not even have left. In ms. */
const GRACE = 50

export interface OutagesOptions {
  /** How long a call may take, in ms. */
  readonly timeout: number
  /** Does all that a step may do. Resolves to why that fails, in words for an operator; `undefined` when it does not. */
  readonly probe: (part: string) => Promise<string | undefined>
  /** Takes a new connection, where that can help. */
  readonly renew?: () => void
}

/**
 * For drivers: no call takes longer than its time, and after one has failed everything fails at once, until the database takes a
 * write again. Of a database in parts (such as a cluster) only the part concerned. Whoever listens is told.
 */
export class Outages {
  readonly #options: OutagesOptions
  readonly #listeners = new Set<DriverListener>()
  /** The parts that do not answer. */
  readonly #down = new Set<string>()
  #isTold = false

  constructor(options: OutagesOptions) {
    this.#options = options
  }

  /** Tells the listener until the returned function is called. */
  listen(listener: DriverListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Tells an operator now. */
  alert(message: string): void {
    for (const listener of this.#listeners) listener.alert(message)
  }

  /** @throws Error at once while the part does not answer. */
  assertUp(part: string): void {
    if (this.#down.has(part)) throw new Error('The database does not answer')
  }

  /** A call failed: asks until the part takes writes again, first `afterMs` later, as long as anybody wants to know. */
  async failed(part: string, afterMs = 0): Promise<void> {
    if (this.#down.has(part)) return
    this.#down.add(part)
    if (afterMs > 0) await pause(afterMs)
    let since = performance.now()
    while (this.#listeners.size > 0) {
      const reason = await this.#options.probe(part)
      if (reason === undefined) break
      if (!this.#isTold) {
        this.#isTold = true
        for (const listener of this.#listeners) listener.down(reason)
      }
      if (performance.now() - since > RENEW_AFTER) {
        since = performance.now()
        this.#options.renew?.()
      }
      await pause(PROBE_INTERVAL)
    }
    this.#down.delete(part)
    await Promise.all([...this.#listeners].map((listener) => listener.recovered()))
    if (this.#down.size > 0 || !this.#isTold) return
    this.#isTold = false
    for (const listener of this.#listeners) listener.up()
  }

  /** The result within the time. */
  inTime<T>(send: () => Promise<T>, withinMs: number = this.#options.timeout): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new Error('The database did not answer in time'))
      const due = performance.now() + withinMs
      const onTime = () => {
        // If it was us who were busy, the answer is there already, and is read before the immediate.
        if (performance.now() < due + BUSY) setImmediate(giveUp)
        else timer = setTimeout(giveUp, GRACE)
      }
      let timer = setTimeout(onTime, withinMs)
      send()
        .then(resolve, reject)
        .finally(() => clearTimeout(timer))
    })
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
