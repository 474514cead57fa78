import { type Answer, dated } from './answer.js'
import { createChatApi } from './chat-api.js'
import { createChatContext } from './chat-context.js'
import { type LiveClient, liveClients } from './documents.js'
import { type EmulatorOptions, resolveOptions } from './options.js'
import { parseBody } from './request-body.js'
import { parseTarget } from './request-target.js'
import { createTokenIssuer } from './token-issuer.js'

export type { DialectName } from './options.js'
export type { EmulatorOptions, LiveClient }

/** A request as it would come over the network. */
export interface InProcessRequest {
  readonly method: string
  /** As in the request line: percent-encoded, with the query. */
  readonly path: string
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** An answer as it would go over the network, `date` included; header names in lower case. */
export interface InProcessAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A chat server without network, timers, faults and request log: the caller decides when each request takes effect. */
export interface InProcessEmulator {
  readonly apiKey: string
  readonly clientKey: string
  /** `Date.now()` as it is when asked, faked or not. */
  readonly now: () => number
  /** Every client with its live tokens in full, oldest first. */
  clients(): LiveClient[]
  /**
   * Takes a request and changes nothing. The function it returns does what the request asks, in one synchronous step
   * and at the time of that step, and returns the answer; never called it is a request that got lost, called again one
   * that came twice.
   */
  receive(request: InProcessRequest): () => InProcessAnswer
}

const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const sent = ({ status, headers, body }: Answer): InProcessAnswer => ({ status, headers: lowerCase(headers), body })

/**
 * The chat server of {@link startEmulator} without its ports, for simulations that decide themselves what happens when.
 * `host` and the ports mean nothing here; the rate limit counts as ever, and `authVerifyUrl` is refused.
 * @throws TypeError that starts with the name of a bad option.
 * @example
 * const emulator = await createInProcessEmulator({ rateLimit: 0 })
 * const act = emulator.receive({ method: 'POST', path: '/admin/clients', headers, body })
 * // … whatever shall happen first …
 * const { status, body } = act()
 */
export async function createInProcessEmulator(options: EmulatorOptions = {}): Promise<InProcessEmulator> {
  const settings = resolveOptions(options)
  if (settings.authVerifyUrl !== '') {
    throw new TypeError('authVerifyUrl needs a network, which the emulator in the process has not')
  }
  const now = (): number => Date.now()
  const context = createChatContext(settings, createTokenIssuer(settings.tokenDays), now)
  const api = createChatApi(context)
  return {
    apiKey: settings.apiKey,
    clientKey: settings.clientKey,
    now,
    clients: () => liveClients(context.clients),
    receive({ method, path, headers, body = '' }) {
      const request = { method, target: parseTarget(path), headers: lowerCase(headers), body: parseBody(body) }
      return () => sent(dated(api(request), now()))
    },
  }
}
