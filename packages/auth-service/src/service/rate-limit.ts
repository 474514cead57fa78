import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** How often one caller may ask. */
export class RateLimit {
  readonly #limiter: RateLimiterMemory | undefined

  /** @throws TypeError when it is no number of at least 1. */
  constructor(perMinute: number) {
    if (typeof perMinute !== 'number' || !(perMinute >= 1))
      throw new TypeError('requestsPerMinute must be a number of at least 1, or Infinity')
    const isLimit = Number.isFinite(perMinute)
    this.#limiter = isLimit ? new RateLimiterMemory({ points: perMinute, duration: 60 }) : undefined
  }

  /** Counts a request: `undefined` when there is room for it, or in how many seconds there will be. */
  async take(caller: string): Promise<number | undefined> {
    try {
      await this.#limiter?.consume(caller)
      return undefined
    } catch (error) {
      if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1_000))
      throw error
    }
  }
}
