import type { Awaitable } from './token-store.js'

/**
 * What a request is for. Logins come first; revocations have a share that nobody else can use up; profiles can wait.
 */
export type Purpose = 'login' | 'revocation' | 'profile'

/** How many requests may go to one chat server, counted together by everyone who shares the store. */
export interface RequestBudget {
  /** Takes one request out of the budget: 0, or in how many ms there may be one. */
  take(purpose: Purpose): Awaitable<number>

  /** The chat server asked us to slow down: nobody takes anything for so many ms. */
  pause(ms: number): Awaitable<void>
}

/** The longest pause, in ms: a chat server that asks for more is asked again after this. */
export const LONGEST_PAUSE = 300_000
