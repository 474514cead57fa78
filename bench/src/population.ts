import { randomFrom, shuffled } from './random.js'

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
export const TOKEN_LENGTH = 300

export function usersOf(count: number, first = 0): BenchUser[] {
  return Array.from({ length: count }, (_, at) => userAt(first + at))
}

/** Users who have never been here before, however often it is asked for some. */
export function newcomers(): (count: number) => BenchUser[] {
  let given = 0
  return (count) => {
    const users = usersOf(count, given)
    given += count
    return users
  }
}

export function userAt(at: number): BenchUser {
  return { id: `user-${String(at).padStart(7, '0')}` }
}

/** A text of 300 characters that is another one for each user, alive for thirty days. */
export function tokenOf({ id }: BenchUser): KeptToken {
  // From a buffer: a text put together from others would keep those.
  return { token: Buffer.alloc(TOKEN_LENGTH, `${id}.`).toString('latin1'), expiresAt: Date.now() + 30 * DAY }
}

/** Who comes when: a fifth of them makes four visits of five. Always the same order. */
export function skewed(users: readonly BenchUser[], visits: number): BenchUser[] {
  const random = randomFrom(42)
  const order = shuffled(users, random)
  const often = order.slice(0, users.length / 5)
  const seldom = order.slice(users.length / 5)
  return Array.from({ length: visits }, () => {
    const group = random() < 0.8 ? often : seldom
    return group[Math.floor(random() * group.length)] ?? { id: '' }
  })
}
