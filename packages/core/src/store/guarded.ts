import { setTimeout as sleep } from 'node:timers/promises'
import { ChatTokenError } from '../errors.js'
import type { Awaitable } from './awaitable.js'
import type { Purpose, RequestBudget } from './request-budget.js'
import type { Change, Due, RecordDriver, Row, Swapped } from './store-driver.js'

/** How much longer than a write may take its answer is waited for, in ms: the clock of the database decides before. */
const GRACE = 1_000
/** How often who waits for a lease looks again where nobody tells that it is free. In ms. */
const LOOK_AGAIN = 50

/** A driver whose failures are ours: what a database says when it fails may quote the record it was given. No call takes for ever. */
export class GuardedDriver {
  readonly #driver: RecordDriver
  readonly #withinMs: number | undefined

  constructor(driver: RecordDriver, timeout: number) {
    this.#driver = driver
    this.#withinMs = driver.endsInTime ? undefined : timeout + GRACE
  }

  now(): number {
    return this.#driver.now()
  }

  load(userId: string): Promise<Row | undefined> {
    return inTime(() => this.#driver.load(userId), this.#withinMs)
  }

  swap(userId: string, version: string, change: Change): Promise<Swapped> {
    return inTime(() => this.#driver.swap(userId, version, change), this.#withinMs)
  }

  due(options: { now: number; limit: number }): Promise<Due> {
    return inTime(() => this.#driver.due(options), this.#withinMs)
  }

  async *waiting(): AsyncGenerator<readonly string[]> {
    const pages = this.#driver.waiting()[Symbol.asyncIterator]()
    for (;;) {
      const page = await inTime(() => pages.next(), this.#withinMs)
      if (page.done) return
      yield page.value
    }
  }

  async released(userId: string, withinMs: number): Promise<void> {
    const lookAgain = () => sleep(Math.min(withinMs, LOOK_AGAIN))
    if (!this.#driver.released) return lookAgain()
    await this.#driver.released(userId, withinMs).catch(lookAgain)
  }

  listen(userId: string, wake: () => void): () => void {
    return this.#driver.listen?.(userId, wake) ?? (() => {})
  }

  /** Resolves to what gives it back. */
  async takeAhead(purpose: Purpose): Promise<(() => void) | undefined> {
    return this.#driver.takeAhead?.(purpose).catch(() => undefined)
  }

  async close(): Promise<void> {
    if (this.#driver.close) await inTime(() => this.#driver.close?.(), this.#withinMs)
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
