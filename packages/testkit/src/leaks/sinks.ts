import type { Canaries } from './canaries.js'
import type { Canary } from './canary.js'

/** Less than this says nothing: an empty list, `{}`, `undefined`. In characters. */
const SOMETHING = 10

/** The circumstances under which somebody looks, and which secrets belong there. */
export interface Look {
  readonly canaries: Canaries
  /** Such as the fault and the operation. */
  readonly during: string
  readonly isAllowed?: (canary: Canary) => boolean
}

/** Every named place where a secret could show, and what has been seen there. */
export class Sinks {
  readonly #largest = new Map<string, number>()
  readonly #hits = new Set<string>()

  /** Looks for every secret of the current run in what a sink holds. */
  look(sink: string, text: string, { canaries, during, isAllowed }: Look): void {
    this.#looked(sink, text)
    for (const found of canaries.findIn(text, isAllowed)) this.hit(`${sink} shows ${found}, ${during}`)
  }

  /** Looks for the secrets of all runs: what belongs to the process is shared by runs side by side. */
  lookForAny(sink: string, text: string, everybodys: readonly Canaries[]): void {
    this.#looked(sink, text)
    for (const found of everybodys.flatMap((canaries) => canaries.findAnyIn(text))) this.hit(`${sink} shows ${found}`)
  }

  /** Something that must not be there, and is no canary. */
  hit(what: string): void {
    this.#hits.add(what)
  }

  /** The sinks looked at. */
  get names(): readonly string[] {
    return [...this.#largest.keys()]
  }

  /** Sinks that never held anything: looking at these has proved nothing. */
  get empty(): readonly string[] {
    return [...this.#largest].filter(([, length]) => length < SOMETHING).map(([sink]) => sink)
  }

  get hits(): readonly string[] {
    return [...this.#hits]
  }

  #looked(sink: string, text: string): void {
    this.#largest.set(sink, Math.max(this.#largest.get(sink) ?? 0, text.length))
  }
}
