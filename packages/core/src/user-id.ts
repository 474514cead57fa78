import { ChatTokenError } from './errors.js'
import { problemBehindProxies } from './proxied-id.js'

const MAX_BYTES = 256
/** All users whose id is missing would share one of these. */
const NO_ID = new Set(['undefined', 'null', 'NaN', '[object Object]'])
const UNSAFE_CHARACTER = /[\p{Cc}\p{Surrogate}]/u

/** Throws `INVALID_USER` unless the id addresses exactly one user in a URL path, whatever proxies do to it. */
export function assertUserId(id: unknown): asserts id is string {
  const problem = problemWithId(id)
  if (problem !== undefined) throw new ChatTokenError('INVALID_USER', `The user id ${problem}.`)
}

/**
 * The id by which the user is known, as text: what a database has is taken, and what is none is never made one.
 *
 * @throws ChatTokenError `INVALID_USER`
 */
export function toUserId(id: unknown): string {
  const text = Number.isSafeInteger(id) || typeof id === 'bigint' ? String(id) : id
  assertUserId(text)
  return text
}

function problemWithId(id: unknown): string | undefined {
  if (typeof id !== 'string') return `must be text or a whole number, not ${describe(id)}`
  if (NO_ID.has(id)) return `is "${id}", which is what code makes of an id that is missing`
  if (id === '') return 'must not be empty'
  if (id === '.' || id === '..') return 'must not be "." or "..": URLs give them another meaning'
  if (id.length * 3 > MAX_BYTES && Buffer.byteLength(id) > MAX_BYTES) return `must be at most ${MAX_BYTES} bytes long`
  if (UNSAFE_CHARACTER.test(id)) return 'must be well-formed text without control characters'
  const danger = problemBehindProxies(id)
  if (danger === undefined) return undefined
  return `${danger}: it could become another user's. Use a hash of it, such as createHash('sha256').update(id).digest('hex')`
}

function describe(id: unknown): string {
  return id === null || typeof id === 'number' ? String(id) : typeof id
}
