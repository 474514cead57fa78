import { type Answer, jsonAnswer } from './answer.js'
import { type Dialect, usualCode } from './dialect.js'

/** The details of a fault; which of them matter depends on its kind. */
export interface FaultDetails {
  /** Milliseconds by the emulator's clock, for the kinds that wait. */
  readonly ms?: number
  /** Of kind `status`. @default 500 */
  readonly status?: number
  /** Of kind `status`: text as it is, anything else as JSON. @default what the chat server says with that status */
  readonly body?: unknown
  /** Of kind `status`: headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A request that has met a fault, in the hands of the fault. */
export interface FaultyExchange {
  readonly dialect: Dialect
  /** When the request came, by the emulator's clock. */
  readonly received: number
  /** Does what the request asks, and returns the answer without sending it. */
  act(): Answer
  answer(answer: Answer): void
  /** Resets the connection. */
  cut(): void
  /** Leaves the request without an answer for good. */
  hold(): void
  /** Runs `action` at `due` by the emulator's clock, even when the caller has hung up. */
  at(due: number, action: () => void): void
}

/** What can go wrong. */
export type FaultKind = 'status' | 'delay-before' | 'act-late' | 'reset-before' | 'reset-after-acting' | 'hang'

/** The behaviour of one kind of fault. */
export interface FaultBehaviour {
  /** Acts `ms` after the request came, so that a rule without `ms` makes no sense. */
  readonly waits?: true
  readonly apply: (exchange: FaultyExchange, details: FaultDetails) => void
}

function statusAnswer(dialect: Dialect, { status = 500, body, headers = {} }: FaultDetails): Answer {
  if (typeof body === 'string') return { status, headers: { 'Content-Type': 'text/plain', ...headers }, body }
  if (body !== undefined) return jsonAnswer(status, body, headers)
  const retryAfter = status === 429 ? 1 : undefined
  const usual =
    status < 400
      ? dialect.success({})
      : dialect.failure({ status, code: usualCode(status), message: `A fault of status ${status}`, retryAfter })
  return { ...usual, status, headers: { ...usual.headers, ...headers } }
}

/** Every kind of fault: to add one, name it in {@link FaultKind} and say here what it does. */
export const faultKinds: Readonly<Record<FaultKind, FaultBehaviour>> = {
  status: {
    apply: (exchange, details) => exchange.answer(statusAnswer(exchange.dialect, details)),
  },
  'delay-before': {
    waits: true,
    apply: (exchange, { ms = 0 }) => exchange.at(exchange.received + ms, () => exchange.answer(exchange.act())),
  },
  'act-late': {
    waits: true,
    apply(exchange, { ms = 0 }) {
      exchange.hold()
      exchange.at(exchange.received + ms, () => exchange.act())
    },
  },
  'reset-before': {
    apply: (exchange) => exchange.cut(),
  },
  'reset-after-acting': {
    apply(exchange) {
      exchange.act()
      exchange.cut()
    },
  },
  hang: {
    apply: (exchange) => exchange.hold(),
  },
}
