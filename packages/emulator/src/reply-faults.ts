import { type Answer, jsonAnswer } from './answer.js'
import { type Dialect, usualCode } from './dialect.js'
import type { FaultDetails, FaultTable } from './fault-behaviour.js'

const TOO_MANY_REQUESTS = 429
const PAGE = `<!DOCTYPE html>
<html><head><title>Service unavailable</title></head>
<body><h1>Service unavailable</h1><p>The proxy could not reach the application.</p></body></html>
`

function statusAnswer(dialect: Dialect, { status = 500, body, headers = {}, retryAfter }: FaultDetails): Answer {
  if (typeof body === 'string') return { status, headers: { 'Content-Type': 'text/plain', ...headers }, body }
  if (body !== undefined) return jsonAnswer(status, body, headers)
  const usualWait = status === TOO_MANY_REQUESTS ? 1 : undefined
  const failure = {
    status,
    code: usualCode(status),
    message: `A fault of status ${status}`,
    retryAfter: retryAfter === undefined ? usualWait : (retryAfter ?? undefined),
  }
  const usual = status < 400 ? dialect.success({}) : dialect.failure(failure)
  return { ...usual, status, headers: { ...usual.headers, ...headers } }
}

/** Faults that answer in place of the chat server, which does not act. */
export type ReplyFault = 'status' | 'html' | 'redirect'

/** What each {@link ReplyFault} does. */
export const replyFaults: FaultTable<ReplyFault> = {
  status: {
    apply: (exchange, details) => exchange.answer(statusAnswer(exchange.dialect, details)),
  },
  html: {
    apply: (exchange, { status = 200 }) =>
      exchange.answer({ status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: PAGE }),
  },
  redirect: {
    statuses: [301, 302, 303, 307, 308],
    apply: (exchange, { status = 307 }) =>
      exchange.answer({ status, headers: { Location: exchange.elsewhere() }, body: '' }),
  },
}
