import type { RequestBody } from '@imkit-auth/core'

/** The parts of an HTTP request that the service looks at. */
export interface ServiceRequest extends RequestBody {
  readonly method: string
  /** As in the request line, with or without query. */
  readonly url: string
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Where it came from, if that is known. */
  readonly address: string | undefined
}
