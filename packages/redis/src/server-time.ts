/** How far apart the clocks of a cluster's nodes may be, in ms. */
const CLUSTER_SKEW = 500

/** What time it is by Redis's own clock, as far as its answers tell. */
export class ServerTime {
  readonly #tolerance: number
  /** How far it is ahead of our monotonic clock, by at most one round trip too much. */
  #ahead: number | undefined

  constructor(isCluster: boolean) {
    this.#tolerance = isCluster ? CLUSTER_SKEW : 0
  }

  learn(serverNow: number, sentAt: number): void {
    this.#ahead = serverNow - sentAt
  }

  /** The time in so many ms; `undefined` before the first answer. */
  in(ms: number): number | undefined {
    return this.#ahead === undefined ? undefined : performance.now() + ms + this.#ahead + this.#tolerance
  }
}
