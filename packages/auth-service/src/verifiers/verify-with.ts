import { type Awaitable, ChatTokenError, type ChatUser } from '@imkit-auth/core'
import { refuse, type Verifier } from '../verifier.js'
import { asUser } from './claim-names.js'

/** The app's own check of its own token: whose it is, or anything falsy when it is nobody's (any more). */
export type TokenCheck = (token: string) => Awaitable<ChatUser | null | undefined | false>

/**
 * Asks the app itself (approach 2-1 of the seed documents): its session or access token is the chat token, so what ends one ends the
 * other, at once. When the check throws nobody is let in, and the answer is 503.
 *
 * @throws TypeError when `check` is not a function.
 * @example
 * const verifier = verifyWith(async (token) => {
 *   const session = await sessions.find(token)
 *   return session && { id: session.userId, nickname: session.name }
 * })
 */
export function verifyWith(check: TokenCheck): Verifier {
  if (typeof check !== 'function') throw new TypeError('verifyWith needs a function: (token) => user or null')
  return {
    async verify(token) {
      const user = await ask(check, token)
      return user ? asUser(user) : refuse('the app does not know it')
    },
    async ready() {},
  }
}

/** What the check throws may quote the token. */
async function ask(check: TokenCheck, token: string): Promise<Awaited<ReturnType<TokenCheck>>> {
  try {
    return await check(token)
  } catch {
    throw new ChatTokenError('UNAVAILABLE', 'The function given to verifyWith() threw. Call it yourself to see why.')
  }
}
