import { randomBytes } from 'node:crypto'
import { fold, type Spelling, spellingsOf } from './spellings.js'

/** Every kind of character that URLs, JSON, HTML, shells or `inspect` escape, and that a header may still hold. */
const BEFORE = `"'\\%2F<&+/=`
const AFTER = `>;#?"`

/** A secret that must never show, in whatever spelling. */
export class Canary {
  /** What a hit calls it: never the secret itself. */
  readonly name: string
  readonly value: string
  /** The user whose token it is. */
  readonly owner: string | undefined
  readonly #spellings: readonly Spelling[]

  constructor(name: string, value: string, owner?: string) {
    const marker = value.match(/[\w-]{20,}/g)?.at(-1)
    if (marker === undefined) throw new TypeError(`${name} holds nothing that could be recognised`)
    this.name = name
    this.value = value
    this.owner = owner
    this.#spellings = spellingsOf(marker)
  }

  /** The spelling in which the text holds it, or `undefined`. */
  findIn(text: string): string | undefined {
    return this.findInFolded(fold(text))
  }

  /** Likewise, for a text that is looked through for many. */
  findInFolded(folded: string): string | undefined {
    return this.#spellings.find(({ text }) => folded.includes(text))?.name
  }
}

/** A new secret that fits wherever a key or a token does. */
export function newCanary(name: string, owner?: string): Canary {
  const marker = randomBytes(24)
    .toString('hex')
    .replaceAll(/\d/g, (digit) => 'ghjkmnpqrs'.charAt(Number(digit)))
  return new Canary(name, `${BEFORE}${marker.slice(0, 30)}${AFTER}`, owner)
}
