import type { ChatTokenErrorCode } from './errors.js'
import type { Events } from './events.js'
import type { Logger } from './options.js'

/** How often the same alert is repeated, in ms. */
const INTERVAL = 60_000

const WHAT_TO_DO: Partial<Record<ChatTokenErrorCode, string>> = {
  UNAUTHORIZED: 'The chat server refuses the API key. Logins go on without chat and revocations wait. Check apiKey.',
  MISCONFIGURED: 'The chat server redirects. Set serverUrl to its final address.',
  MINT_FAILED: 'mint() throws or returns something unusable. Logins go on without chat.',
  USER_EXISTS: 'This chat server issues no tokens for users it has. Use assign(), or issue({ fallback: assign() }).',
}

/** Turns failures that only an operator can mend into a log line and an `alert` event, once a minute each. */
export function raiseAlerts(events: Events, logger: Logger): void {
  const raisedAt = new Map<ChatTokenErrorCode, number>()
  const raise = ({ code }: { code: ChatTokenErrorCode }) => {
    const message = WHAT_TO_DO[code]
    const now = performance.now()
    if (message === undefined || now - (raisedAt.get(code) ?? -Infinity) < INTERVAL) return
    raisedAt.set(code, now)
    logger.warn(`imkit-auth: ${message}`)
    events.emit('alert', { code, message })
  }
  events.on('obtainFailed', raise)
  events.on('revocationDelayed', raise)
}
