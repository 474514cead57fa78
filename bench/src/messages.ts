import type { ContestResult } from './contest.js'

/** What the process of a row tells. */
export type Message =
  | { readonly kind: 'round'; readonly title: string; readonly round: number }
  | { readonly kind: 'result'; readonly result: ContestResult }
  | { readonly kind: 'end' }
