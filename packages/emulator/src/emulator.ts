import type { RedirectedRequest } from './decoy.js'
import type { LiveClient } from './documents.js'
import type { FaultRule } from './fault-rule.js'
import type { LoggedRequest } from './request-log.js'

/** A running chat server and everything that its control port can do, for tests in the same process. */
export interface Emulator extends AsyncDisposable {
  /** Address of the chat port. */
  readonly url: string
  /** Address of the control port. */
  readonly controlUrl: string
  readonly apiKey: string
  readonly clientKey: string
  /** The emulator's time in epoch milliseconds: the machine's, plus what it was advanced by; can be handed on alone. */
  readonly now: () => number
  /**
   * Moves the emulator's time on by `ms`; whatever faults have put off until then has been done when this returns.
   * @throws TypeError for a negative number or one that is none.
   */
  advance(ms: number): void
  /** Every client with its live tokens in full, oldest first. */
  clients(): LiveClient[]
  /** The last 10,000 requests to the chat port after number `since`, secrets shortened, oldest first. @default 0 */
  requests(since?: number): LoggedRequest[]
  /** The requests that followed a fault of kind `redirect`, secrets in full, oldest first. */
  redirected(): RedirectedRequest[]
  /**
   * From now on lets requests meet a fault; the first rule that matches wins.
   * @throws TypeError that starts with the name of the bad field.
   */
  fault(rule: FaultRule): void
  clearFaults(): void
  /** Does now what faults have put off, such as an `act-late`. */
  settle(): Promise<void>
  /** `false` refuses connections and destroys the open ones; `true` listens on the same port again. */
  accept(open: boolean): Promise<void>
  /**
   * From now on lets the auth service at `url` judge the tokens of chat clients, as the option `authVerifyUrl` does;
   * empty for none. A reset leaves it.
   * @throws TypeError that starts with the name of the option.
   */
  verifyAt(url: string): void
  /** Forgets clients, tokens, requests, faults, time and rate limit at once, and then sees that the port accepts. */
  reset(): Promise<void>
  /** Ends all ports at once, whatever is under way. */
  close(): Promise<void>
}
