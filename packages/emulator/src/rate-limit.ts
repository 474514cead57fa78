import { Refusal } from './refusal.js'

const WINDOW_MS = 60_000

/**
 * Counts requests in windows of 60 seconds, the first of which starts with the first request.
 * @returns a function that counts one request of `key`, and throws Refusal `RATE_LIMIT_EXCEEDED` past the limit.
 */
export function createRateLimit(limit: number, now: () => number): (key: string) => void {
  const windows = new Map<string, { readonly ends: number; used: number }>()
  return (key) => {
    if (limit === 0) return
    const time = now()
    let window = windows.get(key)
    if (!window || window.ends <= time) {
      window = { ends: time + WINDOW_MS, used: 0 }
      windows.set(key, window)
    }
    window.used += 1
    if (window.used > limit) {
      const retryAfter = Math.ceil((window.ends - time) / 1000)
      throw new Refusal(
        'RATE_LIMIT_EXCEEDED',
        `More than ${limit} requests in a minute; wait ${retryAfter} s`,
        retryAfter,
      )
    }
  }
}
