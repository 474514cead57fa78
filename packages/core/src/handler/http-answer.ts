import type { ChatTokenError, ChatTokenErrorCode } from '../errors.js'

/**
 * What each error means over HTTP: the one table, for every binding. Whatever is wrong between the app and the chat
 * server is 503 for a page: nothing it can do, except to come back later.
 */
const STATUS: Readonly<Record<ChatTokenErrorCode, number>> = {
  LOGGED_OUT: 401,
  RENEWED_TOO_OFTEN: 429,
  BUSY: 503,
  UNAVAILABLE: 503,
  RATE_LIMITED: 503,
  UNAUTHORIZED: 503,
  REJECTED: 503,
  USER_EXISTS: 503,
  TOKEN_CONFLICT: 503,
  MISCONFIGURED: 503,
  MINT_FAILED: 503,
  CLOSED: 503,
  INVALID_USER: 500,
}

/** `Retry-After` of an error that knows no better, in seconds. */
const DEFAULT_RETRY_AFTER = 5

/** What a page is told where the error itself speaks to the app's operators, of API keys and addresses. */
const NOT_NOW = 'The chat is not available at the moment. Try again later.'

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** For anybody to read. */
  readonly body: { readonly error: ChatTokenErrorCode; readonly message: string }
}

/** What answers an error: 401, 429 or 503, the last two with `Retry-After`; 500 for a bug of the host. */
export function httpAnswer({ code, message, retryAfter = DEFAULT_RETRY_AFTER }: ChatTokenError): HttpAnswer {
  const status = STATUS[code]
  const comeBack = status === 429 || status === 503
  return {
    status,
    headers: comeBack ? { 'retry-after': String(Math.ceil(retryAfter)) } : {},
    body: { error: code, message: status < 500 ? message : NOT_NOW },
  }
}

/** The status that a framework answers for an error of the host's: `status` or `statusCode`, or else 500. */
export function statusOfError(error: unknown): number {
  const { status, statusCode } = (error ?? {}) as { status?: unknown; statusCode?: unknown }
  const isStatus = (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) >= 400 && Number(value) < 600
  return [status, statusCode].find(isStatus) ?? 500
}
