import type { Writable } from 'node:stream'
import type { Answer, Head } from './answer.js'
import type { BadExpiration } from './bad-expiration.js'
import type { Dialect } from './dialect.js'

/** The details of a fault; which of them matter depends on its kind, and the others are ignored. */
export interface FaultDetails {
  /** Milliseconds by the emulator's clock, for the kinds that wait; of `clock-skew`, how far ahead: negative for behind. */
  readonly ms?: number
  /** Of `status`, `html` and `redirect`. @default 500, 200 and 307 */
  readonly status?: number
  /** Of `status`: text as it is, anything else as JSON. @default what the chat server says with that status */
  readonly body?: unknown
  /** Of `status`: headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** Of `status` without `body`: seconds, in the body; null for none. @default 1 with 429, else none */
  readonly retryAfter?: number | null
  /** Of `huge` and `gzip-bomb`: size of the body once it is inflated. @default 1 MiB and 200 MB */
  readonly bytes?: number
  /** Of `bad-expiration`. @default 'invalid' */
  readonly expirationDate?: BadExpiration
}

/** A request that has met a fault, in the hands of the fault. */
export interface FaultyExchange {
  readonly dialect: Dialect
  /** When the request came, by the emulator's clock. */
  readonly received: number
  /** Epoch milliseconds by the emulator's clock. */
  now(): number
  /** Where another server, the decoy, takes the same request. */
  elsewhere(): string
  /** Does what the request asks, and returns the answer without sending it. */
  act(): Answer
  answer(answer: Answer): void
  /** Sends this head at once; the body is then for the fault to write, even when the caller has hung up. */
  begin(head: Head): Writable
  /** Resets the connection. */
  cut(): void
  /** Leaves the request without an answer for good. */
  hold(): void
  /** Runs `action` at `due` by the emulator's clock, even when the caller has hung up. */
  at(due: number, action: () => void): void
}

/** The behaviour of one kind of fault. */
export interface FaultBehaviour {
  /** What `ms` is to it, so that a rule without makes no sense: a time to wait, or one that may be negative. */
  readonly ms?: 'wait' | 'shift'
  /** The values of `status` that make sense. @default 200 to 599 */
  readonly statuses?: readonly number[]
  readonly apply: (exchange: FaultyExchange, details: FaultDetails) => void
}

/** The behaviour of some kinds of faults. */
export type FaultTable<Kind extends string> = Readonly<Record<Kind, FaultBehaviour>>
