import { randomUUID } from 'node:crypto'
import { LONGEST_PAUSE, limitsOf, type Purpose, type RequestBudget } from '@imkit-auth/core'
import type { Link } from './link.js'
import { isOfOneKey } from './refusals.js'
import { type Script, SCRIPTS } from './script.js'

/** How long a request taken ahead may be used, in ms. */
const USABLE_FOR = 250

interface Taken {
  readonly name: string
  readonly until: number
}

/**
 * The requests that a fleet may send, counted in Redis. One that will be needed can be taken ahead, beside the step that
 * leads to it, so that asking for it costs no round trip of its own.
 */
export class RedisBudget implements RequestBudget {
  readonly #link: Link
  readonly #key: string
  readonly #limits: readonly number[]
  readonly #clock: () => string
  readonly #ahead: Record<Purpose, Taken[]> = { login: [], revocation: [], profile: [] }

  constructor(link: Link, options: { prefix: string; server: string; perMinute: number; now: () => number }) {
    this.#link = link
    this.#key = `${options.prefix}:{${encodeURIComponent(options.server)}}`
    const { all, logins, revocations, canWait } = limitsOf(options.perMinute)
    this.#limits = [all, logins, revocations, canWait]
    // Redis's own, so that it does not matter how those of the app servers differ; or the one an app brought.
    this.#clock = () => (options.now === Date.now ? '' : String(options.now()))
  }

  take(purpose: Purpose): number | Promise<number> {
    const ahead = this.#ahead[purpose].pop()
    return ahead && ahead.until > performance.now() ? 0 : this.#take(purpose, randomUUID(), 0)
  }

  async pause(ms: number): Promise<void> {
    await this.#run(SCRIPTS.pause, [`${this.#key}:pause`], [ms, this.#clock()])
  }

  /** Takes one for a `take` that follows at once. The returned function gives it back; unused, that happens by itself. */
  async takeAhead(purpose: Purpose): Promise<(() => void) | undefined> {
    const taken = { name: randomUUID(), until: performance.now() + USABLE_FOR }
    // A `take` asks again, and says what is wrong.
    const waitMs = await this.#take(purpose, taken.name, USABLE_FOR).catch(() => Infinity)
    if (waitMs > 0) return undefined
    this.#ahead[purpose].push(taken)
    const giveBack = () => this.#giveBack(purpose, taken)
    setTimeout(giveBack, taken.until - performance.now()).unref()
    return giveBack
  }

  async #take(purpose: Purpose, name: string, usableForMs: number): Promise<number> {
    const keys = [this.#timesOf('revocation'), this.#timesOf('login'), `${this.#key}:pause`]
    const args = [purpose, ...this.#limits, LONGEST_PAUSE, name, usableForMs, this.#clock()]
    return Number(await this.#run(SCRIPTS.take, keys, args))
  }

  /** Keys of another type were written by nobody here, and make way. */
  async #run(...call: [script: Script, keys: readonly string[], args: readonly (string | number)[]]): Promise<unknown> {
    try {
      return (await this.#link.run(...call))[0]
    } catch (error) {
      if (!isOfOneKey(error)) throw error
      await this.#link.command(this.#key, ['DEL', ...call[1]])
      return (await this.#link.run(...call))[0]
    }
  }

  #giveBack(purpose: Purpose, taken: Taken): void {
    const ahead = this.#ahead[purpose]
    if (!ahead.includes(taken)) return
    ahead.splice(ahead.indexOf(taken), 1)
    const key = this.#timesOf(purpose)
    this.#link.command(key, ['ZREM', key, taken.name]).catch(() => {})
  }

  #timesOf(purpose: Purpose): string {
    return `${this.#key}:${purpose === 'revocation' ? 'revocations' : 'others'}`
  }
}
