import type { IncomingMessage, ServerResponse } from 'node:http'
import { jsonAnswer, sendAnswer } from './answer.js'
import { createChatApi } from './chat-api.js'
import type { ChatRequest } from './chat-request.js'
import { Clients } from './clients.js'
import { type Clock, createClock } from './clock.js'
import { preflight } from './cors.js'
import { dialects } from './dialect.js'
import { type Exchange, openExchange } from './exchange.js'
import { faultKinds } from './fault-kinds.js'
import type { FaultRule } from './fault-rule.js'
import { createFaults, type Faults } from './faults.js'
import type { Settings } from './options.js'
import { receiveBody } from './request-body.js'
import { createRequestLog, type RequestLog } from './request-log.js'
import { parseTarget } from './request-target.js'
import type { TokenIssuer } from './token-issuer.js'

const WELL_KNOWN = '/.well-known/imkit-emulator'

/** The chat port's whole state from one reset to the next, and what it does with a request. */
export interface ChatServer {
  readonly clock: Clock
  readonly clients: Clients
  readonly faults: Faults
  readonly log: RequestLog
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Runs now what faults have put off. */
  settle(): Promise<void>
  /** Forgets what faults have put off, and cuts the requests that they keep waiting. */
  drop(): void
}

/** A chat server without clients, faults and requests. */
export function createChatServer(settings: Settings, issuer: TokenIssuer, controlUrl: () => string): ChatServer {
  const clock = createClock()
  const clients = new Clients(clock.now, settings.singleToken)
  const faults = createFaults()
  const log = createRequestLog([settings.apiKey])
  const dialect = dialects[settings.dialect]
  const api = createChatApi({ settings, dialect, clients, issuer, now: clock.now })
  const held = new Set<ServerResponse>()
  const underWay = new Set<Promise<void>>()

  async function respond(request: ChatRequest, exchange: Exchange, rule: FaultRule | undefined): Promise<void> {
    const fault = rule && faultKinds[rule.kind]
    const act = await api(request, exchange.received + ((fault?.waits && rule?.ms) || 0))
    if (fault && rule) fault.apply({ ...exchange, act }, rule)
    else exchange.answer(act())
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request
    const target = parseTarget(url)
    if (method === 'OPTIONS') return sendAnswer(response, preflight(headers), clock.now())
    if (target.path === WELL_KNOWN) {
      return sendAnswer(response, jsonAnswer(200, { emulator: true, controlUrl: controlUrl() }), clock.now())
    }
    const head = { method, target, headers }
    const rule = faults.take(method, target)
    const line = log.open(head, clock.now(), rule?.kind)
    const exchange = openExchange({ clock, dialect, line, held }, head, response)
    const body = await receiveBody(request)
    line.received(body)
    const turn = respond({ ...head, body }, exchange, rule)
    underWay.add(turn)
    await turn.finally(() => underWay.delete(turn))
  }

  return {
    clock,
    clients,
    faults,
    log,
    handle(request, response) {
      // The only expected failure is a caller who hangs up before the end of the body.
      serve(request, response).catch(() => response.destroy())
    },
    async settle() {
      await Promise.all(underWay)
      clock.settle()
    },
    drop() {
      clock.stop()
      for (const response of held) response.destroy()
    },
  }
}
