import type { ServerResponse } from 'node:http'
import { sendAnswer } from './answer.js'
import type { ChatRequest } from './chat-request.js'
import type { Clock } from './clock.js'
import { corsHeaders } from './cors.js'
import type { Dialect } from './dialect.js'
import type { FaultyExchange } from './fault-kinds.js'
import type { LogLine } from './request-log.js'

/** A request to the chat port and all that can become of it, but for the acting itself. */
export type Exchange = Omit<FaultyExchange, 'act'>

/** What an exchange needs of the server it belongs to. */
export interface ExchangeContext {
  readonly clock: Clock
  readonly dialect: Dialect
  readonly line: LogLine
  /** The responses that wait, or that will never be sent. */
  readonly held: Set<ServerResponse>
}

/** Opens the exchange that `response` ends. */
export function openExchange(
  { clock, dialect, line, held }: ExchangeContext,
  { target, headers }: Omit<ChatRequest, 'body'>,
  response: ServerResponse,
): Exchange {
  response.once('close', () => {
    held.delete(response)
    line.ended(0)
  })
  return {
    dialect,
    received: clock.now(),
    answer(answer) {
      line.ended(answer.status)
      sendAnswer(response, { ...answer, headers: { ...corsHeaders(target, headers), ...answer.headers } }, clock.now())
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
