/**
 * The HTTP status of every error code that the emulator uses: those of IMKIT's documents, and five for what
 * they are silent about (`NOT_FOUND`, `METHOD_NOT_ALLOWED`, `REQUEST_TOO_LARGE`, `INTERNAL_ERROR`,
 * `AUTH_SERVICE_UNAVAILABLE`). The first code of a status below 500 is its usual one.
 */
export const statusByCode = {
  INVALID_REQUEST: 400,
  INVALID_TOKEN: 400,
  UNAUTHORIZED: 401,
  INVALID_API_KEY: 401,
  MISSING_API_KEY: 401,
  INSUFFICIENT_PERMISSIONS: 403,
  NOT_FOUND: 404,
  CLIENT_NOT_FOUND: 404,
  TOKEN_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  USER_EXISTS: 409,
  TOKEN_CONFLICT: 409,
  REQUEST_TOO_LARGE: 413,
  RATE_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  AUTH_SERVICE_UNAVAILABLE: 503,
} as const

/** An error code of the chat server. */
export type RefusalCode = keyof typeof statusByCode

/** Why the chat server did not do what a request asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  /** Seconds until the rate limit opens again. */
  readonly retryAfter: number | undefined

  constructor(code: RefusalCode, message: string, retryAfter?: number) {
    super(message)
    this.code = code
    this.retryAfter = retryAfter
  }
}
