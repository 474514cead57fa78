import type { ChatTokenErrorCode } from '../errors.js'

/**
 * What each error means over HTTP: the one table, for every binding. Whatever is wrong between the app and the chat
 * server is 503 for a page: nothing it can do, except to come back later.
 */
export const STATUS: Readonly<Record<ChatTokenErrorCode, number>> = {
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

/** `Retry-After` of a 503 that knows no better, in seconds. */
export const DEFAULT_RETRY_AFTER = 5
