import type { Logger } from './options.js'

/** How often the same thing is said, in ms. */
const INTERVAL = 60_000
/** So many different things are remembered to have been said. */
const REMEMBERED = 1_000

/** Says for each text whether it is due: once a minute. */
export function onceAMinute(): (text: string) => boolean {
  const saidAt = new Map<string, number>()
  return (text) => {
    const now = performance.now()
    if (now - (saidAt.get(text) ?? -Infinity) < INTERVAL) return false
    // Put last again, so that the oldest is the first.
    saidAt.delete(text)
    saidAt.set(text, now)
    const [oldest] = saidAt.keys()
    if (saidAt.size > REMEMBERED && oldest !== undefined) saidAt.delete(oldest)
    return true
  }
}

export type QuietLogger = Required<Logger>

/** A logger that says the same at most once a minute, however often it happens. One without errors gets them as warnings. */
export function quiet(logger: Logger): QuietLogger {
  const isDue = onceAMinute()
  return {
    warn(message) {
      if (isDue(message)) logger.warn(message)
    },
    error(message) {
      if (!isDue(message)) return
      if (logger.error) logger.error(message)
      else logger.warn(message)
    },
  }
}
