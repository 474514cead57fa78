import type { MintedToken } from '@imkit-auth/core'
import type { Emulator } from '@imkit-auth/emulator'
import { Canary, newCanary } from './canary.js'
import { fold } from './spellings.js'

const WEEK = 7 * 86_400_000

/** The secrets of one chat server and its app: made here, or learned as the chat server issues them. */
export class Canaries {
  readonly apiKey: Canary = newCanary('the API key')
  /** What a page reports as invalid. */
  readonly reported: Canary = newCanary('a token that a page reported')
  /** What the chat server quotes in its errors. */
  readonly quoted: Canary = newCanary('a token that the chat server quoted')
  /** What `mint` and the function `apiKey` quote in theirs. */
  readonly thrown: Canary = newCanary("a secret in an error of the app's own")
  #tokens = new Map<string, Canary>()
  readonly #spent: Canary[] = []

  /** A new token for a user, as the app's `mint` makes it. */
  mint(owner: string, now: number): MintedToken {
    const canary = newCanary('a minted token', owner)
    this.#tokens.set(canary.value, canary)
    return { token: canary.value, expiresAt: now + WEEK }
  }

  /** Adds the tokens that the chat server has issued and that are live now. */
  learn(emulator: Pick<Emulator, 'clients'>): void {
    for (const { _id: owner, tokens } of emulator.clients()) {
      for (const { token } of tokens) {
        if (!this.#tokens.has(token)) this.#tokens.set(token, new Canary('an issued token', token, owner))
      }
    }
  }

  /** A run is over: only what lasts longer than a run can still show its tokens. */
  spend(): void {
    this.#spent.push(...this.#tokens.values())
    this.#tokens = new Map()
  }

  /** Which secrets of the current run the text holds, and how they are spelled there. */
  findIn(text: string, isAllowed: (canary: Canary) => boolean = () => false): readonly string[] {
    const current = [this.apiKey, this.reported, this.quoted, this.thrown, ...this.#tokens.values()]
    return found(current, text, isAllowed)
  }

  /** Likewise, of all runs. */
  findAnyIn(text: string): readonly string[] {
    return [...this.findIn(text), ...found(this.#spent, text, () => false)]
  }
}

function found(canaries: readonly Canary[], text: string, isAllowed: (canary: Canary) => boolean): readonly string[] {
  const folded = fold(text)
  return canaries.flatMap((canary) => {
    const spelling = isAllowed(canary) ? undefined : canary.findInFolded(folded)
    return spelling === undefined ? [] : [`${canary.name} (${spelling})`]
  })
}
