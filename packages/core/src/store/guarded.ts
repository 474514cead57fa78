import { ChatTokenError } from '../errors.js'
import type { Awaitable } from './awaitable.js'
import type { RequestBudget } from './request-budget.js'
import type { RecordDriver } from './store-driver.js'

/** How much longer than a write may take its answer is waited for, in ms: the clock of the database decides before. */
const GRACE = 1_000

/** A driver whose failures are ours: what a database says when it fails may quote the record it was given. No call takes for ever. */
export function guardedDriver(driver: RecordDriver, timeout: number): RecordDriver {
  const withinMs = driver.endsInTime ? undefined : timeout + GRACE
  const { released, listen, takeAhead, close } = driver
  return {
    now: () => driver.now(),
    load: (userId) => inTime(() => driver.load(userId), withinMs),
    swap: (userId, version, change) => inTime(() => driver.swap(userId, version, change), withinMs),
    due: (options) => inTime(() => driver.due(options), withinMs),
    async *waiting() {
      const pages = driver.waiting()[Symbol.asyncIterator]()
      for (;;) {
        const page = await inTime(() => pages.next(), withinMs)
        if (page.done) return
        yield page.value
      }
    },
    ...(released && { released: (userId, ms) => released.call(driver, userId, ms).catch(() => {}) }),
    ...(listen && { listen: listen.bind(driver) }),
    ...(takeAhead && { takeAhead: (purpose) => takeAhead.call(driver, purpose).catch(() => undefined) }),
    ...(close && { close: () => inTime(() => close.call(driver), withinMs) }),
  }
}

/** A budget that cannot be asked lets nothing through: nothing has been sent then. */
export function guardedBudget(budget: RequestBudget): RequestBudget {
  return {
    take: (purpose) => guarded(() => budget.take(purpose), false),
    pause: (ms) => guarded(() => budget.pause(ms), false),
  }
}

async function inTime<T>(call: () => Awaitable<T>, withinMs: number | undefined): Promise<T> {
  // Whether the step was done is not known.
  if (withinMs === undefined) return guarded(call, true)
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('too late')), withinMs)
  })
  return guarded(() => Promise.race([call(), tooLate]), true).finally(() => clearTimeout(timer))
}

async function guarded<T>(call: () => Awaitable<T>, ambiguous: boolean): Promise<T> {
  try {
    return await call()
  } catch {
    throw new ChatTokenError('UNAVAILABLE', 'The store failed. Is it up, and can this process reach it?', { ambiguous })
  }
}
