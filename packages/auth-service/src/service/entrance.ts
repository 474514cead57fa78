import { headerOf, jsonBody, type RequestHeaders, UnusableBody } from '@imkit-auth/core'
import { failure, type ServiceResponse } from './answer.js'
import type { Callers } from './callers.js'
import { RateLimit } from './rate-limit.js'
import type { Route } from './routes.js'
import type { ServiceEvent } from './service-event.js'
import type { ServiceRequest } from './service-request.js'

/** The largest body that is read, in bytes. */
const MAX_BODY = 8 * 1024

/** What every question has to pass: who asks, how often, and in which form. */
export class Entrance {
  readonly #limit: RateLimit
  readonly #tell: (event: ServiceEvent) => void

  constructor(requestsPerMinute: number, tell: (event: ServiceEvent) => void) {
    this.#limit = new RateLimit(requestsPerMinute)
    this.#tell = tell
  }

  /** Hands on the bodies, JSON objects, of those who may ask. */
  guard(callers: Callers, handle: (body: object) => Promise<ServiceResponse>): Route['handle'] {
    return async (request, secret) => {
      const { address, headers } = request
      const isKnown = !callers.areKnown || callers.knows(secret ?? bearer(headers))
      // Strangers at the same address, such as that of a proxy, must not use up what the chat server may ask.
      const waitSeconds = await this.#limit.take(`${isKnown ? 'caller' : 'stranger'} ${address}`)
      if (waitSeconds !== undefined) {
        this.#tell({ type: 'limited', address })
        return failure(429, 'Too many requests.', { 'retry-after': String(waitSeconds) })
      }
      if (!isKnown) {
        this.#tell({ type: 'callerRefused', address })
        return failure(403, 'This caller may not ask.')
      }
      const body = isJson(headers) ? await this.#body(request) : new UnusableBody(415, 'Send JSON: application/json.')
      return body instanceof UnusableBody ? failure(body.status, body.message) : handle(body)
    }
  }

  async #body(request: ServiceRequest): Promise<object | UnusableBody> {
    const says = Number(headerOf(request.headers, 'content-length'))
    if (says > MAX_BODY) return new UnusableBody(413, `The body is larger than ${MAX_BODY / 1024} KiB.`)
    const body = await jsonBody(request, MAX_BODY)
    if (typeof body === 'object' && body !== null) return body
    return new UnusableBody(400, 'The body must be a JSON object.')
  }
}

/** A request that does not say what it sends may send JSON. */
function isJson(headers: RequestHeaders): boolean {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(headerOf(headers, 'content-type') ?? 'application/json')
}

function bearer(headers: RequestHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headerOf(headers, 'authorization') ?? '')?.[1]
}
