/** How far apart the clocks of a cluster's nodes may be, in ms. */
const CLUSTER_SKEW = 500

/** What time it is by Redis's own clock, as far as its answers tell. */
export class ServerTime {
  /** How far one node's clock may be from another's, in ms. */
  readonly tolerance: number
  /** How far it is ahead of our monotonic clock, by at most one answer's way too little. */
  #ahead: number | undefined

  constructor(isCluster: boolean) {
    this.tolerance = isCluster ? CLUSTER_SKEW : 0
  }

  get isKnown(): boolean {
    return this.#ahead !== undefined
  }

  /** An answer has just told it. */
  learn(serverNow: number): void {
    this.#ahead = serverNow - performance.now()
  }

  /** Never later than it is there. Before the first answer this process's own clock. */
  get now(): number {
    return this.#ahead === undefined ? Date.now() : Math.floor(performance.now() + this.#ahead)
  }
}
