import { ChatTokenError, type ChatTokenErrorCode } from '../errors.js'
import { jittered } from '../jitter.js'

/** So many failures in a row, and the chat server counts as down. */
const FAILURES = 5
/** How long nothing is sent then; doubles with each failed probe. In ms. */
const OPEN_FOR = { first: 2_000, last: 30_000 }
/** What only an operator can mend is tried again after this long. In ms. */
const FOR_OPERATORS = 60_000

const ONLY_OPERATORS_CAN_MEND: ReadonlySet<ChatTokenErrorCode> = new Set(['UNAUTHORIZED', 'MISCONFIGURED'])

/** Told when the chat server stops being asked, and when it is again. */
export interface BreakerListener {
  opened(code: ChatTokenErrorCode, retryInMs: number): void
  closed(afterMs: number): void
}

/**
 * Spares everybody the wait for a chat server that is down, and the chat server requests that it will refuse: after
 * repeated failures, or at once when it refuses our key or redirects, calls fail without being sent. From time to time
 * one of them is let through to find out.
 */
export class Breaker {
  readonly #listener: BreakerListener
  #failures = 0
  #probes = 0
  #probing = false
  /** Why nothing is sent, and until when by the monotonic clock. */
  #open:
    | { readonly error: ChatTokenError; readonly since: number; readonly until: number; readonly apiKey: string }
    | undefined

  constructor(listener: BreakerListener) {
    this.#listener = listener
  }

  /** Throws what the chat server would only say again. Another API key than the refused one is let through at once. */
  assertClosed(apiKey: string): void {
    const open = this.#open
    if (!open) return
    if (open.error.code === 'UNAUTHORIZED' && open.apiKey !== apiKey) return this.#close()
    const waitMs = open.until - performance.now()
    if (waitMs <= 0 && !this.#probing) return
    const { code, message } = open.error
    throw new ChatTokenError(code, message, { retryAfter: Math.max(1, Math.ceil(waitMs / 1000)) })
  }

  /** Sends a request, and learns from what becomes of it. */
  async guard<T>(apiKey: string, send: () => Promise<T>): Promise<T> {
    this.assertClosed(apiKey)
    const probe = this.#open !== undefined
    this.#probing ||= probe
    try {
      const answer = await send()
      this.#close()
      return answer
    } catch (error) {
      if (!(error instanceof ChatTokenError)) throw error
      throw this.#learn(error, apiKey, probe)
    } finally {
      if (probe) this.#probing = false
    }
  }

  #learn(error: ChatTokenError, apiKey: string, probe: boolean): ChatTokenError {
    const hopeless = ONLY_OPERATORS_CAN_MEND.has(error.code)
    if (!hopeless && error.code !== 'UNAVAILABLE') {
      this.#close()
      return error
    }
    // What was sent before the others failed tells nothing new.
    if (this.#open && !probe) return error
    this.#failures += 1
    if (!hopeless && !probe && this.#failures < FAILURES) return error
    const doubled = Math.min(OPEN_FOR.last, OPEN_FOR.first * 2 ** this.#probes++)
    const openForMs = jittered(hopeless ? FOR_OPERATORS : doubled)
    const { code, message, ambiguous } = error
    const now = performance.now()
    const since = this.#open?.since ?? now
    this.#open = { error, apiKey, since, until: now + openForMs }
    if (!probe) this.#listener.opened(code, Math.round(openForMs))
    return new ChatTokenError(code, message, { ambiguous, retryAfter: Math.ceil(openForMs / 1000) })
  }

  #close(): void {
    const since = this.#open?.since
    this.#failures = 0
    this.#probes = 0
    this.#open = undefined
    if (since !== undefined) this.#listener.closed(Math.round(performance.now() - since))
  }
}
