/** What is chosen at random, from one seed. */
export class Choices {
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  /** A whole number from 0 to `below` − 1. */
  below(below: number): number {
    return Math.floor(this.#random() * below)
  }

  isTrue(probability: number): boolean {
    return this.#random() < probability
  }

  of<T>(options: readonly T[]): T {
    return options[this.below(options.length)] as T
  }

  /** One of these, as often as its weight says. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    return this.of((Object.keys(weights) as T[]).flatMap((option) => Array<T>(weights[option]).fill(option)))
  }
}
