interface Entry {
  readonly userId: string
  readonly dueAt: number
}

/** Users by when something of theirs is due, the first one first. */
export class DueList {
  readonly #sorted: Entry[] = []
  readonly #entries = new Map<string, Entry>()

  /** `undefined` takes the user off the list. */
  set(userId: string, dueAt: number | undefined): void {
    const old = this.#entries.get(userId)
    if (old?.dueAt === dueAt) return
    if (old) this.#sorted.splice(this.#placeOf(old), 1)
    if (dueAt === undefined) return void this.#entries.delete(userId)
    const entry = { userId, dueAt }
    this.#entries.set(userId, entry)
    this.#sorted.splice(this.#placeOf(entry), 0, entry)
  }

  due(now: number, limit: number): string[] {
    const due: string[] = []
    for (const { userId, dueAt } of this.#sorted) {
      if (dueAt > now || due.length >= limit) break
      due.push(userId)
    }
    return due
  }

  get firstDueAt(): number | undefined {
    return this.#sorted[0]?.dueAt
  }

  get userIds(): readonly string[] {
    return this.#sorted.map(({ userId }) => userId)
  }

  /** Where it is, or where it would be. */
  #placeOf(entry: Entry): number {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.#sorted[middle]
      if (other && isBefore(other, entry)) low = middle + 1
      else high = middle
    }
    return low
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.userId < b.userId)
}
