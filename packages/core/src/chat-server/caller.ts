import { type Dispatcher, Pool } from 'undici'
import type { Deadline } from '../deadline.js'
import { hasCode } from '../errors.js'
import type { Purpose, RequestBudget } from '../store/request-budget.js'
import { type AnswerResult, readAnswer, type RefusalCode } from './answer.js'
import { Breaker, type BreakerListener } from './breaker.js'
import { type Carrier, type ChatServerRequest, exchange } from './exchange.js'
import { FetchDispatcher } from './fetch-dispatcher.js'
import { isBun } from './dispatcher-option.js'
import { refusalError } from './refusal.js'
import { RetryBudget, type Settled, withRetries } from './retry.js'
import { type ServerClock, serverClock } from './server-clock.js'
import { waitForTurn } from './turn.js'

/** To the chat server at once, whoever sends the requests. */
const MAX_CONNECTIONS = 50

/** Where the chat server is, and how to speak to it. */
export interface Connection {
  readonly serverUrl: URL
  readonly apiKey: () => string
  readonly dispatcher: Dispatcher | undefined
  readonly now: () => number
}

/** One call of the admin API, and how its answer is to be understood. */
export interface Call<T> {
  readonly request: ChatServerRequest
  /** Turns the answer's result into ours, or throws when it is not an answer to what we asked. */
  readonly read: (result: AnswerResult, clock: ServerClock) => T
  /** Refusals (404) that mean "there is no such thing" and are no failure of this call. */
  readonly absent?: readonly RefusalCode[]
  readonly purpose: Purpose
  /** Whether sending it twice has the same effect as sending it once. */
  readonly repeatable: boolean
  readonly deadline: Deadline
}

/** Carries calls to the chat server: with the API key, within budget and deadline, repeated where that is safe. */
export class Caller {
  readonly #origin: string
  readonly #apiKey: () => string
  readonly #injected: Dispatcher | undefined
  #pool: Pool | FetchDispatcher | undefined
  #closed = false
  readonly #now: () => number
  readonly #budget: RequestBudget
  readonly #retries = new RetryBudget()
  readonly #breaker: Breaker

  constructor({ serverUrl, apiKey, dispatcher, now }: Connection, budget: RequestBudget, listener: BreakerListener) {
    this.#origin = serverUrl.origin
    this.#apiKey = apiKey
    this.#injected = dispatcher
    this.#now = now
    this.#budget = budget
    this.#breaker = new Breaker(listener)
  }

  call<T>(call: Call<T>): Promise<Settled<T>>
  call<T>(call: Call<T> & { absent: readonly RefusalCode[] }): Promise<Settled<T | undefined>>
  call<T>(call: Call<T>): Promise<Settled<T | undefined>> {
    const attempt = async () => {
      const apiKey = this.#apiKey()
      try {
        return await this.#attempt(call, apiKey)
      } catch (error) {
        // A rotated key is picked up at once: the refused request had no effect.
        if (!hasCode(error, 'UNAUTHORIZED') || this.#apiKey() === apiKey) throw error
        return this.#attempt(call, this.#apiKey())
      }
    }
    return withRetries(attempt, { ...call, budget: this.#retries })
  }

  /** Closes the connections this object opened; an injected dispatcher stays open. What is called later still gets there. */
  async close(): Promise<void> {
    const pool = this.#pool
    this.#pool = undefined
    this.#closed = true
    await pool?.destroy()
  }

  get #dispatcher(): Carrier {
    return this.#injected ?? (this.#pool ??= this.#connect())
  }

  #connect(): Pool | FetchDispatcher {
    if (isBun()) return new FetchDispatcher(MAX_CONNECTIONS)
    return new Pool(this.#origin, {
      connections: MAX_CONNECTIONS,
      allowH2: true,
      headersTimeout: 0,
      bodyTimeout: 0,
      // No later close() ends what is opened from here on: it must not keep the process alive.
      ...(this.#closed && { keepAliveTimeout: 1, keepAliveMaxTimeout: 1 }),
    })
  }

  async #attempt<T>(call: Call<T>, apiKey: string): Promise<T | undefined> {
    this.#breaker.assertClosed(apiKey)
    await waitForTurn(this.#budget, call.purpose, call.deadline)
    return this.#breaker.guard(apiKey, async () => {
      try {
        return await this.#send(call, apiKey)
      } catch (error) {
        if (hasCode(error, 'RATE_LIMITED')) await this.#pause((error.retryAfter ?? 0) * 1_000)
        throw error
      }
    })
  }

  async #pause(ms: number): Promise<void> {
    try {
      await this.#budget.pause(ms)
    } catch {
      // The store is away: whoever comes next hears it from the chat server.
    }
  }

  async #send<T>({ request, read, absent, deadline }: Call<T>, apiKey: string): Promise<T | undefined> {
    const sentAt = this.#now()
    const reply = await exchange(this.#dispatcher, this.#origin, apiKey, request, deadline)
    const answer = readAnswer(reply)
    if (answer.ok) return read(answer.result, serverClock(reply.date, sentAt, this.#now()))
    if (answer.status === 404 && answer.code !== undefined && absent?.includes(answer.code)) return undefined
    throw refusalError(answer)
  }
}
