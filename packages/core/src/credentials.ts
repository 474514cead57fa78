import type { Settings } from './options.js'
import type { LiveToken } from './store/live-token.js'

/** What a page needs to open the chat. */
export interface ChatCredentials {
  /** The chat token. SDKs send it as `IM-Authorization`. */
  readonly token: string
  /** When it stops working, ISO 8601 in UTC. */
  readonly expirationDate: string
  readonly userId: string
  /** Base URL of the chat server. */
  readonly serverUrl: string
  /** The public app key, when `clientKey` is configured. SDKs send it as `IM-CLIENT-KEY`. */
  readonly clientKey?: string
}

/** Makes credentials from tokens. For a token that stays in memory the same frozen object serves every call. */
export class CredentialsFactory {
  readonly #common: Pick<ChatCredentials, 'serverUrl' | 'clientKey'>
  readonly #made = new WeakMap<LiveToken, ChatCredentials>()

  constructor({ serverUrl, clientKey }: Pick<Settings, 'serverUrl' | 'clientKey'>) {
    this.#common = {
      serverUrl: serverUrl.href.replace(/\/+$/, ''),
      ...(clientKey === undefined ? {} : { clientKey }),
    }
  }

  get serverUrl(): string {
    return this.#common.serverUrl
  }

  /** Kept for the next call: a user who comes back is likely to come again. */
  for(userId: string, live: LiveToken): ChatCredentials {
    const made = this.#made.get(live)
    if (made) return made
    const credentials = this.make(userId, live)
    this.#made.set(live, credentials)
    return credentials
  }

  make(userId: string, { token, expiresAt }: Pick<LiveToken, 'token' | 'expiresAt'>): ChatCredentials {
    const expirationDate = new Date(expiresAt).toISOString()
    return Object.freeze({ token, expirationDate, userId, ...this.#common })
  }
}
