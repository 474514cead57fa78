import { Deadline } from './deadline.js'
import type { Settings } from './options.js'

/** How long our own work on a call that begins now may take. */
export function callDeadline({ deadline, now }: Settings): Deadline {
  return new Deadline(deadline, now)
}

/** How long a lease lasts, in ms: our own work ends with the deadline, what it may have set off at the server with H. */
export function leaseMs({ deadline, ambiguityHorizon }: Settings): number {
  return deadline + ambiguityHorizon
}
