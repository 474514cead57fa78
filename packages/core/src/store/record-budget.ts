import { GuardedDriver } from './guarded.js'
import type { Row, StoreDriver } from './store-driver.js'
import {
  allows,
  type BudgetLimits,
  limitsOf,
  pauseLeft,
  type Purpose,
  type RequestBudget,
  WINDOW,
} from './request-budget.js'
import { versionAfter } from './row-version.js'

/** Requests so close to each other count as sent at once, with the last of them. In ms. */
const TOGETHER = 1_000
const MAX_TRIES = 200
const VERSION_LENGTH = 16
const NOBODY = { down() {}, up() {}, warn() {}, alert() {}, recovered: () => Promise.resolve() }

/** How many requests went out together, and when the last of them did. */
type Burst = readonly [at: number, count: number]

interface Counts {
  readonly pausedUntil: number
  readonly revocations: readonly Burst[]
  readonly others: readonly Burst[]
}

const NONE: Counts = { pausedUntil: 0, revocations: [], others: [] }

/** The requests that a fleet may send, as one more row of the database for each chat server. */
export class RecordBudget implements RequestBudget {
  readonly #rows: GuardedDriver
  readonly #server: string
  readonly #limits: BudgetLimits
  readonly #ownClock: (() => number) | undefined
  readonly #timeout: number

  constructor(driver: StoreDriver, options: { server: string; perMinute: number; now: () => number }, timeout: number) {
    this.#rows = new GuardedDriver(driver.records('budget', NOBODY), timeout)
    this.#server = options.server
    this.#limits = limitsOf(options.perMinute)
    this.#ownClock = options.now === Date.now ? undefined : options.now
    this.#timeout = timeout
  }

  take(purpose: Purpose): Promise<number> {
    return this.#change((counts, now) => {
      const paused = pauseLeft(counts.pausedUntil, now)
      if (paused > 0) return [paused, counts]
      if (this.#limits.all === Infinity) return [0, counts]
      const recent = { ...counts, revocations: within(counts.revocations, now), others: within(counts.others, now) }
      const sent = { revocations: sum(recent.revocations), others: sum(recent.others) }
      if (!allows(this.#limits, purpose, sent)) return [oldestOf(recent) + WINDOW - now, recent]
      const kind = purpose === 'revocation' ? 'revocations' : 'others'
      return [0, { ...recent, [kind]: withOneMore(recent[kind], now) }]
    })
  }

  async pause(ms: number): Promise<void> {
    await this.#change((counts, now) => [0, { ...counts, pausedUntil: Math.max(counts.pausedUntil, now + ms) }])
  }

  /** ATOMIC by `swap`. */
  async #change(step: (counts: Counts, now: number) => [answer: number, counts: Counts]): Promise<number> {
    let row = await this.#rows.load(this.#server)
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      const clock = this.#rows.now()
      const now = this.#ownClock?.() ?? clock
      const before = countsOf(row)
      const [answer, counts] = step(before, now)
      if (counts === before) return answer
      const version = versionAfter(row?.version ?? '', now)
      const swapped = await this.#rows.swap(this.#server, row?.version ?? '', {
        version,
        value: version + JSON.stringify(counts),
        now,
        keepUntil: Math.max(now + WINDOW, counts.pausedUntil),
        dueAt: undefined,
        notBefore: clock - TOGETHER,
        notAfter: clock + this.#timeout,
        released: false,
        confirm: false,
      })
      if (swapped.kind === 'done') return answer
      if (swapped.kind === 'conflict') row = swapped.row
    }
    throw new Error('the budget changes faster than it can be written')
  }
}

/** What anybody may have written. */
function countsOf(row: Row | undefined): Counts {
  try {
    const { pausedUntil, revocations, others } = JSON.parse(row?.value.slice(VERSION_LENGTH) ?? '') as Counts
    return Number.isFinite(pausedUntil) && areBursts(revocations) && areBursts(others)
      ? { pausedUntil, revocations, others }
      : NONE
  } catch {
    return NONE
  }
}

function areBursts(bursts: unknown): boolean {
  const isBurst = (burst: unknown) => Array.isArray(burst) && burst.length === 2 && burst.every(Number.isFinite)
  return Array.isArray(bursts) && bursts.every(isBurst)
}

/** A time to come can only be from before the clock was set back. */
function within(bursts: readonly Burst[], now: number): readonly Burst[] {
  return bursts.filter(([at]) => at > now - WINDOW && at <= now + TOGETHER)
}

function withOneMore(bursts: readonly Burst[], now: number): readonly Burst[] {
  const [at, count] = bursts.at(-1) ?? [-Infinity, 0]
  return Math.floor(at / TOGETHER) === Math.floor(now / TOGETHER)
    ? [...bursts.slice(0, -1), [Math.max(at, now), count + 1]]
    : [...bursts, [now, 1]]
}

function sum(bursts: readonly Burst[]): number {
  return bursts.reduce((total, [, count]) => total + count, 0)
}

function oldestOf({ revocations, others }: Counts): number {
  return Math.min(revocations[0]?.[0] ?? Infinity, others[0]?.[0] ?? Infinity)
}
