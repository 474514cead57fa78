import type { RequestBody, RequestHeaders } from '@imkit-auth/core'

/** The parts of an HTTP request that the service looks at. */
export interface ServiceRequest extends RequestBody {
  readonly method: string
  /** As in the request line, with or without query. */
  readonly url: string
  /** Names in any case. */
  readonly headers: RequestHeaders
  /** Where it came from, if that is known. */
  readonly address: string | undefined
}
