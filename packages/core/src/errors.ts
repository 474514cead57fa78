/**
 * What went wrong, in one word that code can branch on.
 *
 * | code | meaning | retryable |
 * | --- | --- | --- |
 * | `INVALID_USER` | `identify` or the caller gave a user we cannot address safely | no |
 * | `LOGGED_OUT` | this session logged out; only a new login gets a token | no |
 * | `BUSY` | another server is obtaining this user's token, or a logout came in between | yes |
 * | `RENEWED_TOO_OFTEN` | the page reported its token invalid twice within 30 s | yes |
 * | `UNAVAILABLE` | the chat server is unreachable, too slow, or answered nonsense | yes |
 * | `RATE_LIMITED` | the chat server asks us to slow down (429) | yes |
 * | `UNAUTHORIZED` | the chat server refuses the API key (401 or 403) | no |
 * | `REJECTED` | the chat server refuses the request itself (400 and other 4xx) | no |
 * | `USER_EXISTS` | the chat server does not issue tokens for existing users | no |
 * | `TOKEN_CONFLICT` | the minted token is already somebody's, twice in a row | no |
 * | `MISCONFIGURED` | the chat server redirects: `serverUrl` is not its final address; or the mode cannot do what was asked | no |
 * | `MINT_FAILED` | the app's `mint` threw or returned something unusable | no |
 * | `CLOSED` | `close()` was called | no |
 */
export type ChatTokenErrorCode =
  | 'INVALID_USER'
  | 'LOGGED_OUT'
  | 'BUSY'
  | 'RENEWED_TOO_OFTEN'
  | 'UNAVAILABLE'
  | 'RATE_LIMITED'
  | 'UNAUTHORIZED'
  | 'REJECTED'
  | 'USER_EXISTS'
  | 'TOKEN_CONFLICT'
  | 'MISCONFIGURED'
  | 'MINT_FAILED'
  | 'CLOSED'

const RETRYABLE: ReadonlySet<ChatTokenErrorCode> = new Set(['BUSY', 'RENEWED_TOO_OFTEN', 'UNAVAILABLE', 'RATE_LIMITED'])

/** Known to every copy of this library in a process: an app may have one as ES modules and one as CommonJS. */
const MARK = Symbol.for('@imkit-auth/ChatTokenError')

/**
 * The one error this library throws at run time (misuse at construction is a `TypeError`).
 * Its message is always our own words: it never holds a key, a token, or anything the chat server sent.
 */
export class ChatTokenError extends Error {
  static {
    Object.defineProperty(this.prototype, MARK, { value: true })
  }

  /** An error of another copy of this library is one as well. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && MARK in value
  }

  override readonly name = 'ChatTokenError'
  readonly code: ChatTokenErrorCode
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean
  /** Seconds to wait before trying again, when that is known. */
  readonly retryAfter: number | undefined
  /** Whether the chat server may have acted on the request although no usable answer came back. */
  readonly ambiguous: boolean

  constructor(code: ChatTokenErrorCode, message: string, options: { retryAfter?: number; ambiguous?: boolean } = {}) {
    super(message)
    this.code = code
    this.retryable = RETRYABLE.has(code)
    this.retryAfter = options.retryAfter
    this.ambiguous = options.ambiguous ?? false
  }
}

export function hasCode(error: unknown, ...codes: readonly ChatTokenErrorCode[]): error is ChatTokenError {
  return error instanceof ChatTokenError && codes.includes(error.code)
}

export function closed(): ChatTokenError {
  return new ChatTokenError('CLOSED', 'close() was called: no more chat tokens are handed out.')
}
