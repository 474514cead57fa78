import { ChatTokenError } from '../errors.js'
import { assertUserId } from '../user-id.js'

/**
 * The path of one user's token. The id is encoded once, and the result is checked against what a URL parser would make
 * of it: an id must never turn into a path that addresses somebody else.
 */
export function clientTokenPath(prefix: string, userId: string): string {
  assertUserId(userId)
  const path = `${prefix}/admin/clients/${encodeURIComponent(userId)}/token`
  if (new URL(path, 'http://chat.invalid').pathname !== path) {
    throw new ChatTokenError('INVALID_USER', 'The user id cannot be addressed in a URL path.')
  }
  return path
}
