import type { ChatServer } from './chat-server/chat-server.js'
import { ChatTokenError } from './errors.js'
import type { Settings } from './options.js'
import type { OutboxWorker } from './outbox-worker.js'
import { sessionKey } from './session-key.js'
import type { TokenSpace } from './store/token-space.js'
import type { LoggedOut } from './store/token-store.js'
import { toUserId } from './user-id.js'

/**
 * What became of a logout: `confirmed` by the chat server; `pending`: stored durably and tried until it is; `volatile`:
 * tried until it is, unless this process (or what it is stored in) fails before.
 *
 * With `external({ mint })` it is the store that `/verify` asks: `confirmed` as soon as the store has it, `volatile` when a
 * failover there could still lose it. It is refused at once either way.
 */
export type RevokeOutcome = 'confirmed' | 'pending' | 'volatile'

type Logout = Pick<Parameters<TokenSpace['logout']>[1], 'key' | 'everything'>

/** Ends tokens: the store's step first, which nothing undoes, and then as much of the wait as the caller wants. */
export class Revoker {
  readonly #settings: Settings
  readonly #space: TokenSpace
  readonly #server: ChatServer
  readonly #worker: OutboxWorker

  constructor(settings: Settings, space: TokenSpace, server: ChatServer, worker: OutboxWorker) {
    this.#settings = settings
    this.#space = space
    this.#server = server
    this.#worker = worker
  }

  /** Logs a session out. On a chat server that cannot revoke one token all of the user's end, in the right order. */
  revoke(userId: unknown, session: string | undefined, waitMs: number): Promise<RevokeOutcome> {
    const everything = this.#server.ignoresNames && !this.#settings.isExternal
    return this.#end(userId, waitMs, () => ({ key: sessionKey(this.#settings, session), everything }))
  }

  revokeEverywhere(userId: unknown, waitMs: number): Promise<RevokeOutcome> {
    const { scope, isExternal } = this.#settings
    const key = { session: undefined, ownToken: scope === 'session', external: isExternal }
    return this.#end(userId, waitMs, () => ({ key, everything: true }))
  }

  async #end(given: unknown, waitMs: number, logout: () => Logout): Promise<RevokeOutcome> {
    const { userId, done } = await this.#logOut(given, logout)
    if (done === 'later') return 'volatile'
    const confirmed = await this.#worker.confirmed(userId, done, waitMs)
    if (confirmed && (done.durable || !this.#settings.isExternal)) return 'confirmed'
    return done.durable ? 'pending' : 'volatile'
  }

  async #logOut(given: unknown, logout: () => Logout): Promise<{ userId: string; done: LoggedOut | 'later' }> {
    try {
      const userId = toUserId(given)
      const { claimForMs } = this.#worker
      return { userId, done: await this.#space.logout(userId, { ...logout(), claimForMs }) }
    } catch (error) {
      // A binding lets the host's logout succeed all the same, so nobody else would tell.
      const code = error instanceof ChatTokenError ? error.code : 'a bug'
      this.#settings.logger.warn(
        `imkit-auth: a logout did not reach the chat (${code}): its token works until it expires.`,
      )
      throw error
    }
  }
}
