import { setImmediate } from 'node:timers/promises'
import type { Link } from './link.js'
import { SCRIPTS } from './script.js'

/** So many records at most in one go: Redis does nothing else meanwhile. */
const MOST_AT_ONCE = 32

interface Batch {
  /** The keys, and the place of each. */
  readonly places: Map<string, number>
  readonly records: Promise<readonly string[]>
}

/**
 * Reads records. Those that are asked for in one turn of the event loop go together: one by one, sending would take most of
 * the time. Nothing is sent before all have asked, so everybody reads what is there after they did.
 */
export class Reads {
  readonly #link: Link
  readonly #clock: () => string
  /** The batch that can still be joined, for each part of Redis. */
  readonly #open = new Map<string, Batch>()

  constructor(link: Link, clock: () => string) {
    this.#link = link
    this.#clock = clock
  }

  async read(key: string): Promise<string> {
    const part = this.#link.partOf(key)
    const batch = this.#open.get(part) ?? this.#begin(part)
    const { places } = batch
    const place = places.get(key) ?? places.size
    places.set(key, place)
    if (places.size === MOST_AT_ONCE) this.#open.delete(part)
    return (await batch.records)[place] ?? ''
  }

  #begin(part: string): Batch {
    const places = new Map<string, number>()
    const batch = { places, records: this.#send(part, places) }
    this.#open.set(part, batch)
    return batch
  }

  async #send(part: string, places: Batch['places']): Promise<readonly string[]> {
    await setImmediate()
    if (this.#open.get(part)?.places === places) this.#open.delete(part)
    const [records] = await this.#link.run(SCRIPTS.read, [...places.keys()], [this.#clock()])
    return records as string[]
  }
}
