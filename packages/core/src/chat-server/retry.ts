import { type Deadline, sleep } from '../deadline.js'
import { ChatTokenError } from '../errors.js'

const MAX_ATTEMPTS = 3
const FIRST_WAIT_MS = 50

/** Keeps retries at or below a tenth of the traffic, so that a struggling server is not finished off by us. */
export class RetryBudget {
  #tokens = 10

  deposit(): void {
    this.#tokens = Math.min(10, this.#tokens + 0.1)
  }

  withdraw(): boolean {
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}

/** A result, and whether an earlier attempt may still take effect at the server after this one did. */
export interface Settled<T> {
  readonly value: T
  readonly ambiguous: boolean
}

/**
 * Tries a call up to three times within the deadline, with jittered waits. A call that the server may have acted on is
 * repeated only when it is `repeatable`: sending it twice must have the same effect as sending it once.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { repeatable, deadline, budget }: { repeatable: boolean; deadline: Deadline; budget: RetryBudget },
): Promise<Settled<T>> {
  let ambiguous = false
  budget.deposit()
  for (let attempts = 1; ; attempts++) {
    try {
      return { value: await attempt(), ambiguous }
    } catch (error) {
      if (!(error instanceof ChatTokenError)) throw error
      ambiguous ||= error.ambiguous
      const wait = (error.retryAfter ?? 0) * 1000 + FIRST_WAIT_MS * 2 ** attempts * (0.5 + Math.random() / 2)
      // The breaker knows that the chat server is down: nobody waits for it.
      const down = error.code === 'UNAVAILABLE' && error.retryAfter !== undefined
      const again =
        attempts < MAX_ATTEMPTS &&
        error.retryable &&
        !down &&
        (repeatable || !error.ambiguous) &&
        wait < deadline.remaining &&
        budget.withdraw()
      if (!again) throw stickyAmbiguity(error, ambiguous)
      await sleep(wait)
    }
  }
}

function stickyAmbiguity(error: ChatTokenError, ambiguous: boolean): ChatTokenError {
  if (error.ambiguous === ambiguous) return error
  const { code, message, retryAfter } = error
  return new ChatTokenError(code, message, { ambiguous, ...(retryAfter === undefined ? {} : { retryAfter }) })
}
