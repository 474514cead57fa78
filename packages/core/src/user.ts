import { ChatTokenError } from './errors.js'

/** A user of the host app, as the chat server should know them. */
export interface ChatUser {
  /** The user's stable id: 1 to 256 UTF-8 bytes, well-formed, without control characters, not `.` or `..`. Case matters. */
  readonly id: string
  /** The name shown in the chat. Some chat servers require it, so pass it when you know it. */
  readonly nickname?: string | undefined
  /** Address of the picture shown in the chat. */
  readonly avatarUrl?: string | undefined
}

/** What `identify` may answer: the user, or anything falsy when nobody is logged in. */
export type Identified = ChatUser | null | undefined | false | '' | 0

const MAX_ID_BYTES = 256
const UNSAFE_CHARACTER = /[\p{Cc}\p{Surrogate}]/u

/** Throws `INVALID_USER` unless the id addresses exactly one user in a URL path, whatever proxies do to it. */
export function assertUserId(id: unknown): asserts id is string {
  const problem = problemWithId(id)
  if (problem !== undefined) throw new ChatTokenError('INVALID_USER', `The user id ${problem}.`)
}

/** Throws `INVALID_USER` unless the whole profile can be sent to the chat server. */
export function assertUser(user: unknown): asserts user is ChatUser {
  if (typeof user !== 'object' || user === null) {
    throw new ChatTokenError('INVALID_USER', 'The user must be an object like { id, nickname?, avatarUrl? }.')
  }
  const { id, nickname, avatarUrl } = user as Record<keyof ChatUser, unknown>
  assertUserId(id)
  for (const [field, value] of Object.entries({ nickname, avatarUrl })) {
    if (value !== undefined && typeof value !== 'string') {
      throw new ChatTokenError('INVALID_USER', `The user's ${field} must be a string when it is given.`)
    }
  }
}

function problemWithId(id: unknown): string | undefined {
  if (typeof id !== 'string')
    return `must be a string, not ${id === null ? 'null' : typeof id}; convert it with String(id)`
  if (id === '') return 'must not be empty'
  if (id === '.' || id === '..') return 'must not be "." or "..": URLs give them another meaning'
  if (id.length * 3 > MAX_ID_BYTES && Buffer.byteLength(id) > MAX_ID_BYTES)
    return `must be at most ${MAX_ID_BYTES} bytes long`
  if (UNSAFE_CHARACTER.test(id)) return 'must be well-formed text without control characters'
  return undefined
}
