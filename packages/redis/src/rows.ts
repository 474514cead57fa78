import { setImmediate } from 'node:timers/promises'
import type { Link } from './link.js'

/** So many records at most in one go: Redis does nothing else meanwhile. */
const MOST_AT_ONCE = 32

interface Batch {
  /** The keys, and the place of each. */
  readonly places: Map<string, number>
  readonly values: Promise<readonly (string | null)[]>
}

/**
 * Reads rows. Those that are asked for in one turn of the event loop go together: one by one, sending would take most of
 * the time. Nothing is sent before all have asked, so everybody reads what is there after they did.
 */
export class Rows {
  readonly #link: Link
  /** The batch that can still be joined, for each part of Redis. */
  readonly #open = new Map<string, Batch>()

  constructor(link: Link) {
    this.#link = link
  }

  async get(key: string): Promise<string | null> {
    const part = this.#link.partOf(key)
    const batch = this.#open.get(part) ?? this.#begin(part)
    const { places } = batch
    const place = places.get(key) ?? places.size
    places.set(key, place)
    if (places.size === MOST_AT_ONCE) this.#open.delete(part)
    return (await batch.values)[place] ?? null
  }

  #begin(part: string): Batch {
    const places = new Map<string, number>()
    const batch = { places, values: this.#send(part, places) }
    this.#open.set(part, batch)
    return batch
  }

  async #send(part: string, places: Batch['places']): Promise<readonly (string | null)[]> {
    await setImmediate()
    if (this.#open.get(part)?.places === places) this.#open.delete(part)
    const keys = [...places.keys()]
    // What is not a string reads as nothing here; GET would call it an error.
    return (await this.#link.command(keys[0] ?? '', ['MGET', ...keys])) as (string | null)[]
  }
}
