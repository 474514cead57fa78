import type { ServerResponse } from 'node:http'
import { dated, type Head, sendAnswer, setHead } from './answer.js'
import type { ChatRequest } from './chat-request.js'
import type { Clock } from './clock.js'
import { corsHeaders } from './cors.js'
import type { Dialect } from './dialect.js'
import type { FaultyExchange } from './fault-behaviour.js'
import type { LogLine } from './request-log.js'

/** A request to the chat port and all that can become of it, but for the acting itself. */
export type Exchange = Omit<FaultyExchange, 'act'>

/** What an exchange needs of the server it belongs to. */
export interface ExchangeContext {
  readonly clock: Clock
  readonly dialect: Dialect
  readonly line: LogLine
  /** Where a redirect leads. */
  readonly elsewhere: () => string
  /** The responses that wait, or that will never be sent. */
  readonly held: Set<ServerResponse>
}

/** Opens the exchange that `response` ends. */
export function openExchange(
  { clock, dialect, line, elsewhere, held }: ExchangeContext,
  { target, headers }: Omit<ChatRequest, 'body'>,
  response: ServerResponse,
): Exchange {
  response.once('close', () => {
    held.delete(response)
    line.ended(0)
  })

  function readable<Part extends Head>(head: Part): Part {
    return { ...head, headers: { ...corsHeaders(target, headers), ...head.headers } }
  }

  return {
    dialect,
    elsewhere,
    received: clock.now(),
    now: clock.now,
    answer(answer) {
      line.ended(answer.status)
      sendAnswer(response, readable(answer), clock.now())
    },
    begin(head) {
      line.ended(head.status)
      held.add(response)
      setHead(response, dated(readable(head), clock.now()))
      response.flushHeaders()
      return response
    },
    cut() {
      line.ended(0)
      response.socket?.resetAndDestroy()
    },
    hold() {
      line.ended(0)
      held.add(response)
    },
    at(due, action) {
      held.add(response)
      clock.at(due, action)
    },
  }
}
