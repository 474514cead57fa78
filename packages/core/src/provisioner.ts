import { Deadline } from './deadline.js'
import { ChatTokenError } from './errors.js'
import type { Events } from './events.js'
import { callDeadline } from './horizon.js'
import type { Obtainer } from './obtainer.js'
import type { Settings } from './options.js'
import { SingleFlight } from './single-flight.js'
import { isFresh, isLive, type LiveToken } from './store/live-token.js'
import type { TokenSpace } from './store/token-space.js'
import type { SessionKey, UserState } from './store/token-store.js'
import type { User } from './user.js'

/** How often a user's epoch is read at most while other processes write their first record. */
const MAX_READS = 5

/**
 * Gets a user a token when the store had no fresh one: callers share what is in flight, a logout in between is noticed,
 * and a token that is still valid bridges a chat server that is not.
 */
export class Provisioner {
  readonly #settings: Settings
  readonly #space: TokenSpace
  readonly #obtainer: Obtainer
  readonly #events: Events
  readonly #onLanded: () => void
  readonly #flights = new SingleFlight<Obtained>()

  constructor(settings: Settings, space: TokenSpace, obtainer: Obtainer, events: Events, onLanded: () => void) {
    this.#settings = settings
    this.#space = space
    this.#obtainer = obtainer
    this.#events = events
    this.#onLanded = onLanded
  }

  get inFlight(): number {
    return this.#flights.size
  }

  /** Resolves once everything in flight has landed. */
  idle(): Promise<void> {
    return this.#flights.idle()
  }

  async provision({ user, key, login, waitMs }: Wanted, seen: UserState): Promise<LiveToken> {
    const deadline = callDeadline(this.#settings)
    const patience = waitMs === undefined ? deadline : new Deadline(waitMs, this.#settings.now)
    let state = seen
    if (state.loggedOut && login && key.session !== undefined) {
      state = await this.#space.admit(user.id, { key, epoch: state.epoch })
    }
    for (let attempt = 1; ; attempt++) {
      if (state.loggedOut) throw loggedOut()
      if (isFresh(state.token, this.#settings.now(), this.#settings.renewBefore)) return state.token
      const obtained = await this.#share(user, key, state, { deadline, patience })
      if (typeof obtained !== 'string') return obtained
      // Without a session nobody can tell whose logout it was: a page has to ask again, and its host knows the answer.
      const isOver = attempt === 2 || (!login && key.session === undefined)
      if (obtained === 'newcomer' ? attempt === MAX_READS : isOver) throw interrupted()
      state = await this.#space.read(user.id, key)
    }
  }

  /** Joins the obtain that is in flight for this user and epoch, or starts it. */
  async #share(user: User, key: SessionKey, state: UserState, { deadline, patience }: Times): Promise<Obtained> {
    const flightKey = key.ownToken ? `${user.id.length}:${user.id}${key.session}` : user.id
    const renewal = isLive(state.token, this.#settings.now())
    try {
      return await patience.race(
        this.#flights.run(flightKey, state.epoch, () => this.#fly(user, key, state.epoch, deadline, renewal)),
        () => new ChatTokenError('BUSY', 'The token could not be obtained in time.', { retryAfter: 1 }),
      )
    } catch (error) {
      if (!renewal) throw error
      const { loggedOut: gone, token } = await this.#space.read(user.id, key)
      if (gone) throw loggedOut()
      if (isLive(token, this.#settings.now())) return token
      throw error
    }
  }

  async #fly(user: User, key: SessionKey, epoch: number, deadline: Deadline, renewal: boolean) {
    try {
      const live = await this.#obtainer.obtain({ user, key, epoch }, deadline)
      if (typeof live === 'string') return live
      this.#events.emit('obtained', { userId: user.id, expiresAt: live.expiresAt, renewal })
      return live
    } catch (error) {
      const code = error instanceof ChatTokenError ? error.code : 'UNAVAILABLE'
      this.#events.emit('obtainFailed', { userId: user.id, code, renewal })
      throw error
    } finally {
      // The lease is free again, and a late result may have been queued for revocation.
      this.#onLanded()
    }
  }
}

type Obtained = Awaited<ReturnType<Obtainer['obtain']>>

/** A login, or a page of a session that is logged in already, wants a token. */
interface Wanted {
  readonly user: User
  readonly key: SessionKey
  readonly login: boolean
  readonly waitMs: number | undefined
}

interface Times {
  /** When the work ends. */
  readonly deadline: Deadline
  /** When its caller stops waiting for it. */
  readonly patience: Deadline
}

function loggedOut(): ChatTokenError {
  return new ChatTokenError('LOGGED_OUT', 'This session has logged out. Log in again to get a chat token.')
}

function interrupted(): ChatTokenError {
  return new ChatTokenError('BUSY', 'A logout came in between. Try again.', { retryAfter: 1 })
}
