import type { ChatTokenErrorCode } from './errors.js'
import type { Events } from './events.js'
import { onceAMinute, type QuietLogger } from './once-a-minute.js'

const WHAT_TO_DO: Partial<Record<ChatTokenErrorCode, string>> = {
  UNAVAILABLE: 'The chat server does not answer. Logins go on without chat and revocations wait until it does.',
  UNAUTHORIZED: 'The chat server refuses the API key. Logins go on without chat and revocations wait. Check apiKey.',
  RATE_LIMITED:
    'The chat server has had as many requests as it takes in a minute. Logins wait or go on without chat. Look at requestsPerMinute.',
  MISCONFIGURED: 'The chat server redirects. Set serverUrl to its final address.',
  MINT_FAILED: 'mint(), or token() of external(), throws or returns something unusable. Logins go on without chat.',
  USER_EXISTS: 'This chat server issues no tokens for users it has. Use assign(), or issue({ fallback: assign() }).',
}

/** What never mends by itself is an error. */
const ERRORS: ReadonlySet<ChatTokenErrorCode> = new Set(['UNAUTHORIZED', 'MISCONFIGURED', 'MINT_FAILED', 'USER_EXISTS'])

const REVOKED_TOO_MUCH =
  'Asked to revoke one token, the chat server revoked all of that user; does a proxy drop the body of DELETE? From now on every logout revokes all tokens of its user.'

const STORE_DOWN = 'The store does not answer. Logins go on without chat, and logouts are kept in this process.'

/** Tells operators once a minute. */
export type Alert = (code: ChatTokenErrorCode, message: string) => void

/** Turns failures that only an operator can mend into a log line and an `alert` event, once a minute each. */
export function raiseAlerts(events: Events, logger: QuietLogger): Alert {
  const isDue = onceAMinute()
  const raiseMessage: Alert = (code, message) => {
    if (!isDue(message)) return
    logger[ERRORS.has(code) ? 'error' : 'warn'](`imkit-auth: ${message}`)
    events.emit('alert', { code, message })
  }
  const raise = ({ code }: { code: ChatTokenErrorCode }) => {
    const message = WHAT_TO_DO[code]
    if (message !== undefined) raiseMessage(code, message)
  }
  const raiseUnlessDown = ({ code }: { code: ChatTokenErrorCode }) => {
    // One failure is nothing to wake anybody for; `chatServerDown` tells of many.
    if (code !== 'UNAVAILABLE') raise({ code })
  }
  events.on('obtainFailed', raiseUnlessDown)
  events.on('revocationDelayed', raiseUnlessDown)
  events.on('chatServerDown', raise)
  events.on('storeDown', ({ reason }) => {
    raiseMessage('UNAVAILABLE', reason === undefined ? STORE_DOWN : `${STORE_DOWN} ${reason}`)
  })
  let told = false
  events.on('revokedTooMuch', () => {
    if (!told) logger.warn(`imkit-auth: ${REVOKED_TOO_MUCH}`)
    told = true
  })
  return raiseMessage
}
