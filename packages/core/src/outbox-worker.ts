import type { ChatServer } from './chat-server/chat-server.js'
import { Deadline } from './deadline.js'
import { ChatTokenError } from './errors.js'
import type { Events } from './events.js'
import { callDeadline, leaseMs } from './horizon.js'
import { jittered } from './jitter.js'
import type { Settings } from './options.js'
import type { TokenSpace } from './store/token-space.js'
import type { LoggedOut, Revocation } from './store/token-store.js'
import { Waiters } from './waiters.js'

const MAX_CONCURRENT = 16
const MAX_REMEMBERED = 10_000
/** Waits between tries of one revocation double from the first to the last of these. In ms. */
const RETRY_WAIT = { first: 250, last: 60_000 }
/** How often a logout looks whether another process has carried its revocation. In ms. */
const LOOK_AT_OTHERS = 100
/** How often the store is asked for due revocations while some wait. In ms. */
const LOOK_AGAIN = 1_000

/** Carries queued revocations to the chat server until it confirms them, however often that takes. */
export class OutboxWorker {
  readonly #settings: Settings
  readonly #space: TokenSpace
  readonly #server: ChatServer
  readonly #events: Events
  /** Those who wait for a revocation to end. */
  readonly #waiters = new Waiters()
  #active = 0
  #claiming = false
  #claimAgain = false
  #stopped = false
  #timer: NodeJS.Timeout | undefined
  /** What this process has tried and not settled, with the number of its claim. */
  readonly #tried = new Map<string, number | undefined>()
  /** Until then the chat server takes nothing from us at all. By the monotonic clock. */
  #blockedUntil = 0

  constructor(settings: Settings, space: TokenSpace, server: ChatServer, events: Events) {
    this.#settings = settings
    this.#space = space
    this.#server = server
    this.#events = events
  }

  /** Looks for due revocations now. */
  kick(): void {
    if (!this.#stopped && this.#maySend) void this.#claim()
  }

  /** The chat server answers again. */
  unblock(): void {
    this.#blockedUntil = 0
    this.kick()
  }

  /** How long a logout may claim what it queues, in ms: 0 when there is no place for it, or nothing would get through. */
  get claimForMs(): number {
    // At the end of this process it is now or never.
    const isPlace = this.#active < MAX_CONCURRENT || this.#stopped
    return isPlace && this.#blockedMs === 0 && this.#maySend ? leaseMs(this.#settings) : 0
  }

  /** Carries what a logout claimed. Whether all that it queued is confirmed within the given time. */
  confirmed(userId: string, { waiting, claimed }: LoggedOut, withinMs: number): Promise<boolean> {
    const open = new Set(waiting)
    let carried = 0
    const carry = async (revocation: Revocation) => {
      if (await this.#carry(revocation)) open.delete(revocation.id)
      carried += 1
      this.#waiters.wake()
    }
    for (const revocation of claimed) void carry(revocation)
    this.kick()
    // Any of them may have become one of all tokens.
    const matters = ({ id, token }: Revocation) => token === undefined || open.has(id)
    const confirmed = async () =>
      open.size === 0 || (carried === claimed.length && !(await this.#space.pending(userId)).some(matters))
    return this.#until(confirmed, new Deadline(withinMs, this.#settings.now), LOOK_AT_OTHERS)
  }

  /** Whether nothing that is ours to carry waits any more before the deadline. What another process has claimed is its own. */
  async drain(deadline: Deadline): Promise<boolean> {
    if (!this.#maySend) return false
    this.kick()
    return this.#until(async () => this.#active === 0 && !(await this.#isAnyOurs()), deadline)
  }

  async #isAnyOurs(): Promise<boolean> {
    for await (const waiting of this.#space.allPending()) {
      if (waiting.some(({ id, fence }) => fence === undefined || this.#tried.get(id) === fence)) return true
    }
    return false
  }

  /** Carries only what logouts claim from now on. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  /** Looks whenever one has ended here, and now and then when another process may end it. */
  async #until(condition: () => Promise<boolean>, deadline: Deadline, lookAgainMs = Infinity): Promise<boolean> {
    for (;;) {
      const seen = this.#waiters.wakes
      // A store that does not answer may do so in time.
      if (await condition().catch(() => false)) return true
      if (deadline.passed || this.#blockedMs > deadline.remaining) return false
      await this.#waiters.wait(Math.min(deadline.remaining, lookAgainMs), seen)
    }
  }

  /** Without an API key, whoever has one carries what waits. */
  get #maySend(): boolean {
    return this.#settings.apiKey !== undefined
  }

  get #blockedMs(): number {
    return Math.max(0, this.#blockedUntil - performance.now())
  }

  /** Fills the free places with due revocations. Runs once at a time; a kick meanwhile makes it look again. */
  async #claim(): Promise<void> {
    if (this.#blockedMs > 0) return this.#lookAgainIn(this.#blockedMs)
    this.#claimAgain = true
    if (this.#claiming) return
    this.#claiming = true
    try {
      while (this.#claimAgain && this.#active < MAX_CONCURRENT && !this.#stopped) {
        this.#claimAgain = false
        const { revocations, nextInMs } = await this.#space.claim({
          limit: MAX_CONCURRENT - this.#active,
          visibleForMs: leaseMs(this.#settings),
        })
        for (const revocation of revocations) void this.#carry(revocation)
        if (nextInMs !== undefined) this.#lookAgainIn(Math.min(nextInMs, LOOK_AGAIN))
      }
    } catch {
      // The store did not answer.
      this.#lookAgainIn(LOOK_AGAIN)
    } finally {
      this.#claiming = false
    }
  }

  #lookAgainIn(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.kick(), ms)
    this.#timer.unref()
  }

  /** Whether it is settled. */
  async #carry(revocation: Revocation): Promise<boolean> {
    this.#active += 1
    this.#remember(revocation)
    try {
      const settled = await this.#revoke(revocation)
      if (settled) this.#tried.delete(revocation.id)
      return settled
    } catch {
      // The store did not take the outcome. Once the claim has run out, it hands the revocation out again.
      return false
    } finally {
      this.#active -= 1
      this.#waiters.wake()
      this.kick()
    }
  }

  /** Those that another process carried in the end are never heard of again: the oldest are forgotten. */
  #remember({ id, fence }: Revocation): void {
    this.#tried.delete(id)
    this.#tried.set(id, fence)
    const [oldest] = this.#tried.keys()
    if (this.#tried.size > MAX_REMEMBERED && oldest !== undefined) this.#tried.delete(oldest)
  }

  async #revoke(revocation: Revocation): Promise<boolean> {
    const { userId, token, attempts } = revocation
    const all = token === undefined
    if (!all && this.#server.ignoresNames) {
      await this.#space.widen(revocation)
      return false
    }
    const deadline = callDeadline(this.#settings)
    try {
      if (all) await this.#server.revokeAll(userId, deadline)
      else await this.#revokeByName(userId, token, deadline)
      const settled = await this.#space.settle(revocation)
      if (settled) this.#events.emit('revoked', { userId, all, attempts: attempts + 1 })
      return settled
    } catch (error) {
      if (!(error instanceof ChatTokenError)) throw error
      await this.#delay(revocation, error)
      return false
    }
  }

  async #revokeByName(userId: string, token: string, deadline: Deadline): Promise<void> {
    if ((await this.#server.revokeToken(userId, token, deadline)) === 'one') return
    await this.#space.forget(userId)
    this.#events.emit('revokedTooMuch', { userId })
  }

  async #delay(revocation: Revocation, { code, ambiguous, retryAfter }: ChatTokenError): Promise<void> {
    const { userId, token, attempts } = revocation
    // A failure that names a time is about the chat server, not about this revocation.
    const tried = retryAfter === undefined
    const retryInMs = tried ? waitAfter(attempts) : retryAfter * 1_000
    if (!tried) this.#blockedUntil = Math.max(this.#blockedUntil, performance.now() + retryInMs)
    const holdForMs = ambiguous ? this.#settings.ambiguityHorizon : undefined
    await this.#space.retry(revocation, { delayMs: retryInMs, holdForMs, tried })
    const all = token === undefined
    this.#events.emit('revocationDelayed', { userId, all, attempts: attempts + (tried ? 1 : 0), code, retryInMs })
  }
}

function waitAfter(attempts: number): number {
  return Math.round(jittered(Math.min(RETRY_WAIT.last, RETRY_WAIT.first * 2 ** attempts)))
}
