/** Lets things happen in their order: at once while it is open, and when it opens again otherwise. */
export class Gate {
  #open: boolean
  #held: (() => void)[] = []

  constructor(open: boolean) {
    this.#open = open
  }

  pass(effect: () => void): void {
    if (this.#open) effect()
    else this.#held.push(effect)
  }

  close(): void {
    this.#open = false
  }

  open(): void {
    this.#open = true
    for (const effect of this.#held.splice(0)) effect()
  }
}
