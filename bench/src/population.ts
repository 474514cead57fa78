/** A user as the host app has it. */
export interface BenchUser {
  readonly id: string
}

/** What every cache keeps for a user here. */
export interface KeptToken {
  readonly token: string
  readonly expiresAt: number
}

const DAY = 86_400_000

export function usersOf(count: number): BenchUser[] {
  return Array.from({ length: count }, (_, at) => ({ id: `user-${String(at).padStart(7, '0')}` }))
}

/** A text of 300 characters that is another one for each user, alive for thirty days. */
export function tokenOf({ id }: BenchUser): KeptToken {
  // Through a buffer: a text that was put together from others would keep those as well.
  return { token: Buffer.from(`${id}.`.repeat(30).slice(0, 300)).toString('latin1'), expiresAt: Date.now() + 30 * DAY }
}

/** Who comes when: few come often, many come seldom (Zipf's law). Always the same order. */
export function skewed(users: readonly BenchUser[], length: number): BenchUser[] {
  const random = randomFrom(42)
  const order = shuffled(users, random)
  return Array.from({ length }, () => {
    const rank = Math.floor(users.length ** random()) - 1
    return order[rank] ?? order[0] ?? { id: '' }
  })
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
}

/** mulberry32: enough for an order that looks like none. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
