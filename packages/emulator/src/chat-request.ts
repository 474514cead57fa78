import type { IncomingHttpHeaders } from 'node:http'
import type { Identity } from './auth-service.js'
import type { RequestBody } from './request-body.js'
import type { Target } from './request-target.js'

/** A request to the chat port that has been received to its end. */
export interface ChatRequest {
  readonly method: string
  readonly target: Target
  readonly headers: IncomingHttpHeaders
  readonly body: RequestBody
  /** What the auth service says of the token; absent when it was not asked, and tokens are the chat server's own. */
  readonly identity?: Identity
}

/** A request that has found its route. */
export interface RoutedRequest extends ChatRequest {
  /** What stands in the path for each `*` of the route, decoded. */
  readonly params: readonly string[]
}

/** The value of the first of these headers that the request has; names in lower case. */
export function header(request: Pick<ChatRequest, 'headers'>, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = request.headers[name]
    if (value !== undefined) return Array.isArray(value) ? value.join(', ') : value
  }
  return undefined
}
