import { setMaxListeners } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { jsonAnswer, sendAnswer } from './answer.js'
import { askAuthService, type Identity } from './auth-service.js'
import { createChatApi } from './chat-api.js'
import { createChatContext } from './chat-context.js'
import type { ChatRequest } from './chat-request.js'
import { tokenToVerify } from './client-access.js'
import type { Clients } from './clients.js'
import { type Clock, createClock } from './clock.js'
import { preflight } from './cors.js'
import { openExchange } from './exchange.js'
import { faultKinds } from './fault-kinds.js'
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
  /** Forgets what faults have put off, and cuts the requests that they or the auth service keep waiting. */
  drop(): void
}

/** The addresses that a chat server tells of, or turns to itself. */
export interface Neighbours {
  readonly controlUrl: string
  /** Where a fault of kind `redirect` leads. */
  readonly decoyUrl: string
  /** Where the tokens of chat clients are judged; empty when the chat server does it itself. */
  readonly authVerifyUrl: string
}

/** A chat server without clients, faults and requests. */
export function createChatServer(settings: Settings, issuer: TokenIssuer, neighbours: () => Neighbours): ChatServer {
  const clock = createClock()
  const context = createChatContext(settings, issuer, clock.now)
  const api = createChatApi(context)
  const { clients, dialect } = context
  const faults = createFaults()
  const log = createRequestLog([settings.apiKey])
  const held = new Set<ServerResponse>()
  const open = new AbortController()
  // Any number of requests may wait for the auth service at a time.
  setMaxListeners(0, open.signal)

  async function identify(head: Omit<ChatRequest, 'body'>, response: ServerResponse): Promise<Identity | undefined> {
    const { authVerifyUrl } = neighbours()
    const token = tokenToVerify(head, settings.clientKey)
    if (authVerifyUrl === '' || token === '') return undefined
    held.add(response)
    const identity = await askAuthService(authVerifyUrl, token, open.signal)
    held.delete(response)
    return identity
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request
    const target = parseTarget(url)
    if (method === 'OPTIONS') return sendAnswer(response, preflight(headers), clock.now())
    if (target.path === WELL_KNOWN) {
      const { controlUrl } = neighbours()
      return sendAnswer(response, jsonAnswer(200, { emulator: true, controlUrl }), clock.now())
    }
    const head = { method, target, headers }
    const rule = faults.take(method, target)
    const line = log.open(head, clock.now(), rule?.kind)
    const elsewhere = () => neighbours().decoyUrl + url
    const exchange = openExchange({ clock, dialect, line, held, elsewhere }, head, response)
    const body = await receiveBody(request)
    line.received(body)
    // Acting is one step, so who asks is known before it, whatever the fault and however late it acts.
    const identity = await identify(head, response)
    const act = () => api({ ...head, body, ...(identity && { identity }) })
    if (rule) faultKinds[rule.kind].apply({ ...exchange, act }, rule)
    else exchange.answer(act())
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
    drop() {
      clock.stop()
      open.abort()
      for (const response of held) response.destroy()
    },
  }
}
