import type { ChatTokenErrorCode } from './errors.js'

/** What `tokens.on(name, listener)` can tell. No event ever holds a token or a key. */
export interface ChatTokenEvents {
  /** A new token was obtained and stored. Times are epoch ms. */
  obtained: { userId: string; expiresAt: number; renewal: boolean }
  /**
   * No token could be obtained. On a `renewal` callers get the still-valid token instead. `userId` is empty for a user without
   * a usable id.
   */
  obtainFailed: { userId: string; code: ChatTokenErrorCode; renewal: boolean }
  /** The chat server confirmed a revocation. `all` when every token of the user was revoked. */
  revoked: { userId: string; all: boolean; attempts: number }
  /** A revocation did not get through yet; it is tried again in `retryInMs`. */
  revocationDelayed: { userId: string; all: boolean; attempts: number; code: ChatTokenErrorCode; retryInMs: number }
  /** The profile the chat server shows was brought up to date. */
  profileUpdated: { userId: string }
  /** The chat server stopped being asked: it failed repeatedly, refuses the API key, or redirects. */
  chatServerDown: { code: ChatTokenErrorCode; retryInMs: number }
  /** It answers again. */
  chatServerUp: { afterMs: number }
  /** The store does not answer: logins go on without chat, and logouts are `volatile`. The reason, where it is known. */
  storeDown: { reason: string | undefined }
  /** It answers again, and has been told of the logouts in between. */
  storeUp: { afterMs: number }
  /**
   * Asked to revoke one token, the chat server (or a proxy that drops the body of a DELETE) revoked all of the user.
   * From now on every logout revokes all tokens, and nothing else is revoked by name.
   */
  revokedTooMuch: { userId: string }
  /** Something an operator must look at, such as a refused API key. The same one fires once a minute at most. */
  alert: { code: ChatTokenErrorCode; message: string }
}

type Listener<Event> = (event: Event) => unknown

/** A typed event source whose listeners cannot break the work that fires them. */
export class Events {
  readonly #listeners = new Map<keyof ChatTokenEvents, Set<Listener<never>>>()
  readonly #onListenerError: (event: string) => void

  constructor(onListenerError: (event: string) => void) {
    this.#onListenerError = onListenerError
  }

  on<Name extends keyof ChatTokenEvents>(name: Name, listener: Listener<ChatTokenEvents[Name]>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  emit<Name extends keyof ChatTokenEvents>(name: Name, event: ChatTokenEvents[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      void this.#call(listener as Listener<ChatTokenEvents[Name]>, name, event)
    }
  }

  /** Calls at once, and sees to what an async listener throws later. */
  async #call<Name extends keyof ChatTokenEvents>(
    listener: Listener<ChatTokenEvents[Name]>,
    name: Name,
    event: ChatTokenEvents[Name],
  ): Promise<void> {
    try {
      await listener(event)
    } catch {
      this.#onListenerError(name)
    }
  }
}
