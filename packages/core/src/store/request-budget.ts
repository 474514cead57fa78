import type { Awaitable } from './awaitable.js'

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

/** How many requests of each kind one window takes. */
export interface BudgetLimits {
  readonly all: number
  /** Of logins and profiles together. */
  readonly logins: number
  /** Of revocations, whatever else is going on. */
  readonly revocations: number
  /** Of everything together, before what can wait has to: the rest is free for the logins that may come. */
  readonly canWait: number
}

/** 900 a minute are 800 for logins and 100 for revocations; a backlog of these leaves 400 of the 900 to logins. */
export function limitsOf(perMinute: number): BudgetLimits {
  const revocations = Math.floor(perMinute / 9)
  return { all: perMinute, logins: perMinute - revocations, revocations, canWait: Math.floor((perMinute * 5) / 9) }
}

/** The chat server counts the requests of each 60 s (protocol.md: at most 1,000 for one API key). */
export const WINDOW = 60_000

/** Whether one more request of that purpose may go, after so many in the window. */
export function allows(limits: BudgetLimits, purpose: Purpose, sent: { revocations: number; others: number }): boolean {
  const { revocations, others } = sent
  if (purpose === 'login') return others < limits.logins && others + revocations < limits.all
  if (purpose === 'revocation' && revocations < limits.revocations) return true
  return others + revocations < limits.canWait
}

/** How much longer a pause lasts, in ms. More than the longest pause can only be a clock that was set back. */
export function pauseLeft(pausedUntil: number, now: number): number {
  const left = pausedUntil - now
  return left > 0 && left <= LONGEST_PAUSE ? left : 0
}
