import { ChatTokenError } from './errors.js'
import { toUserId } from './user-id.js'

/** A user of the host app, as its database has them. What is given is copied at the call. */
export interface ChatUser {
  /**
   * The user's stable id: 1 to 256 UTF-8 bytes, well-formed, without control characters, not `.` or `..`, and
   * without what proxies could make another id of (docs: core's README). Case matters. A safe integer or a bigint is its
   * decimal text.
   */
  readonly id: string | number | bigint
  /**
   * The name shown in the chat: up to 1,024 characters; anything else is left out, with a warning. Some chat servers require
   * it, so pass it when you know it.
   */
  readonly nickname?: string | null | undefined
  /** Address of the picture shown in the chat: up to 2,048 characters; anything else is left out, with a warning. */
  readonly avatarUrl?: string | null | undefined
}

/** How the host app's database knows a user. */
export type UserId = ChatUser['id']

/** A user as the chat server is told of them. */
export interface User {
  readonly id: string
  readonly nickname?: string | undefined
  readonly avatarUrl?: string | undefined
}

/** What `identify` may answer: the user, or anything falsy when nobody is logged in. */
export type Identified = ChatUser | null | undefined | false | '' | 0

const LONGEST = { nickname: 1_024, avatarUrl: 2_048 }

/**
 * The user, copied, as the chat server can have them. Of a field that it can't have `leftOut` is told.
 *
 * @throws ChatTokenError `INVALID_USER` when the id cannot be used.
 */
export function toUser(given: unknown, leftOut: (problem: string) => void = () => {}): User {
  if (typeof given !== 'object' || given === null) {
    throw new ChatTokenError('INVALID_USER', 'The user must be an object like { id, nickname?, avatarUrl? }.')
  }
  const { id, nickname, avatarUrl } = given as Record<keyof ChatUser, unknown>
  return {
    id: toUserId(id),
    nickname: textOf('nickname', nickname, leftOut),
    avatarUrl: textOf('avatarUrl', avatarUrl, leftOut),
  }
}

function textOf(field: keyof typeof LONGEST, value: unknown, leftOut: (problem: string) => void): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && value.length <= LONGEST[field] && !/\p{Surrogate}/u.test(value)) return value
  leftOut(`a user's ${field} is left out: it must be well-formed text of at most ${LONGEST[field]} characters.`)
  return undefined
}
