import type { Answer } from './calls.js'

/** How many operations are remembered. */
const REMEMBERED = 12

/** What a user did last and what came of it, for whoever reads of a violation. */
export class History {
  readonly #lines: string[] = []

  add(what: string, answer: Answer<unknown>): void {
    const came =
      answer.kind === 'done' ? shortened(String(answer.value)) : answer.kind === 'failed' ? answer.code : 'died'
    this.#lines.push(`    ${what} → ${came}`)
    if (this.#lines.length > REMEMBERED) this.#lines.shift()
  }

  get text(): string {
    return this.#lines.join('\n')
  }
}

/** Enough of a token to tell it from others. */
export function shortened(token: string): string {
  return token.slice(-10)
}
