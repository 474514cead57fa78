import { ChatTokenError } from './errors.js'
import type { Settings } from './options.js'
import type { SessionKey } from './store/token-store.js'

/** Which token a session means. Throws `INVALID_USER` when each session has its own and none is given. */
export function sessionKey({ scope, isExternal }: Settings, session: string | undefined): SessionKey {
  const ownToken = scope === 'session'
  if (ownToken && (session === undefined || session === '')) {
    throw new ChatTokenError('INVALID_USER', "With scope 'session' every call needs the host's session id.")
  }
  return { session: session === '' ? undefined : session, ownToken, external: isExternal }
}
