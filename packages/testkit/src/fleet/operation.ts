/** Something that a user asks for, as long as it goes on. */
export interface Operation {
  readonly kind: 'login' | 'page' | 'logout'
  readonly session: string
  readonly beganAt: number
  /** Nothing went on beside it that could change its result. */
  alone: boolean
}

/** Whether an operation can change the result of another that goes on at the same time. */
export function disturbs(one: Operation, other: Operation): boolean {
  if (other.kind !== 'logout') return one.kind === 'logout'
  // The page of the session that logs out cannot keep it from doing so.
  return one.kind === 'login' || (one.kind === 'page' && one.session !== other.session)
}
