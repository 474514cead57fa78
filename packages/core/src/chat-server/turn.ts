import { type Deadline, sleep } from '../deadline.js'
import { ChatTokenError } from '../errors.js'
import type { Purpose, RequestBudget } from '../store/request-budget.js'

/** Those who are sent away come back spread over at least so many ms. */
const SPREAD = 5_000

/** Waits until the budget lets a request through; fails at once when that would be after the deadline. */
export async function waitForTurn(budget: RequestBudget, purpose: Purpose, deadline: Deadline): Promise<void> {
  for (;;) {
    const waitMs = await budget.take(purpose)
    if (waitMs <= 0) return
    if (waitMs >= deadline.remaining) {
      throw new ChatTokenError('RATE_LIMITED', 'The chat server has had as many requests as it takes in a minute.', {
        retryAfter: Math.ceil((waitMs + Math.random() * Math.max(SPREAD, waitMs / 2)) / 1000),
      })
    }
    await sleep(waitMs)
  }
}
