import { ChatTokenError } from '../errors.js'
import { LONGEST_PAUSE } from '../store/request-budget.js'
import type { Answer } from './answer.js'

type Refusal = Extract<Answer, { ok: false }>

/** Limits on how long a 429 may pause us, and what an absent or absurd `retryAfter` counts as. In seconds. */
const PAUSE = { min: 1, max: LONGEST_PAUSE / 1_000, fallback: 60 }

/** What a refusal means for us: who is at fault, whether trying again can help, and whether the server may have acted. */
export function refusalError({ status, code, retryAfter }: Refusal): ChatTokenError {
  if (code === 'USER_EXISTS') {
    return new ChatTokenError(
      'USER_EXISTS',
      'This chat server does not issue tokens for users it already has. Use assign({ mint }), or issue({ fallback: assign({ mint }) }).',
    )
  }
  if (code === 'TOKEN_CONFLICT') {
    return new ChatTokenError(
      'TOKEN_CONFLICT',
      'The minted token already belongs to somebody. Does mint() put something random into each token?',
    )
  }
  switch (status) {
    case 401:
    case 403:
      return new ChatTokenError(
        'UNAUTHORIZED',
        `The chat server refuses the API key (${status}). Check apiKey: it may be wrong, rotated, or lack permissions.`,
      )
    case 429:
      return new ChatTokenError('RATE_LIMITED', 'The chat server asks us to slow down (429).', {
        retryAfter: pauseFor(retryAfter),
      })
    case 503:
      return new ChatTokenError('UNAVAILABLE', 'The chat server is not available (503).')
    default:
      if (status >= 500 || status === 408) {
        return new ChatTokenError('UNAVAILABLE', `The chat server failed (${status}).`, { ambiguous: true })
      }
      return new ChatTokenError('REJECTED', `The chat server rejects the request (${status}${code ? ` ${code}` : ''}).`)
  }
}

function pauseFor(retryAfter: number | undefined): number {
  if (retryAfter === undefined || retryAfter > 86_400) return PAUSE.fallback
  return Math.min(PAUSE.max, Math.max(PAUSE.min, Math.ceil(retryAfter)))
}
