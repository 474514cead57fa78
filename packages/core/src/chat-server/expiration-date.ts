import type { ServerClock } from './server-clock.js'

const ISO_WITHOUT_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/

/** No token is kept longer than this, whatever the server says: a year, in ms. */
const LONGEST_LIFE = 365 * 86_400_000

/**
 * Reads an `expirationDate` as epoch ms by our own clock. It must be a string (seed documents: ISO 8601); without a zone it
 * means UTC. What counts is how much life the chat server gives the token, by its own clock.
 */
export function parseExpirationDate(value: unknown, clock: ServerClock): number | undefined {
  if (typeof value !== 'string') return undefined
  const time = Date.parse(ISO_WITHOUT_ZONE.test(value) ? `${value}Z` : value)
  return Number.isNaN(time) ? undefined : Math.min(time - clock.aheadMs, clock.now + LONGEST_LIFE)
}
