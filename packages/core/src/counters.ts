import type { Events } from './events.js'

/** Counters since construction, and what is under way now. */
export interface ChatTokenStats {
  /** Logins and pages served from the store. */
  readonly hits: number
  readonly obtained: number
  readonly obtainFailures: number
  readonly revoked: number
  readonly revocationDelays: number
  /** Tokens being obtained. */
  readonly inFlight: number
  /** Whether the store is away: logins go on without chat, and logouts are `volatile`. */
  readonly degraded: boolean
}

/** Counts what happens. */
export class Counters {
  hits = 0
  #obtained = 0
  #obtainFailures = 0
  #revoked = 0
  #revocationDelays = 0
  #degraded = false

  constructor(events: Events) {
    events.on('obtained', () => (this.#obtained += 1))
    events.on('obtainFailed', () => (this.#obtainFailures += 1))
    events.on('revoked', () => (this.#revoked += 1))
    events.on('revocationDelayed', () => (this.#revocationDelays += 1))
    events.on('storeDown', () => (this.#degraded = true))
    events.on('storeUp', () => (this.#degraded = false))
  }

  read(inFlight: number): ChatTokenStats {
    return {
      hits: this.hits,
      obtained: this.#obtained,
      obtainFailures: this.#obtainFailures,
      revoked: this.#revoked,
      revocationDelays: this.#revocationDelays,
      inFlight,
      degraded: this.#degraded,
    }
  }
}
