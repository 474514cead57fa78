/** What a store is asked for. */
export const OPERATIONS = ['hit', 'hit among many', 'cold login', 'logout, seen', 'logout, unseen'] as const
export type Operation = (typeof OPERATIONS)[number]

export interface Work {
  readonly operation: Operation
  readonly sealed: boolean
  readonly count: number
  readonly concurrency: number
}

/** What it took altogether, in µs. */
export interface Cost {
  readonly wall: number
  /** What Redis computed, in all of its threads. */
  readonly redisCpu: number
  /** What the process of the app computed. */
  readonly clientCpu: number
}

/** Which release a process runs, and with what. */
export interface ReleaseSettings {
  /** The folder of its checkout. */
  readonly checkout: string
  readonly redisUrl: string
  /** The name of one of `CLIENT_LIBRARIES`. */
  readonly library: string
}

/** What the process of a release tells. */
export type ReleaseMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly cost: Cost }
  | { readonly kind: 'failed'; readonly reason: string }
