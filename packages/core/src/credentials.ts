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

/** Makes credentials from tokens. */
export class CredentialsFactory {
  readonly #common: Pick<ChatCredentials, 'serverUrl' | 'clientKey'>

  constructor({ serverUrl, clientKey }: Pick<Settings, 'serverUrl' | 'clientKey'>) {
    this.#common = {
      serverUrl: serverUrl.href.replace(/\/+$/, ''),
      ...(clientKey === undefined ? {} : { clientKey }),
    }
  }

  get serverUrl(): string {
    return this.#common.serverUrl
  }

  /** Its date is kept for the next call: a user who comes back is likely to come again. */
  for(userId: string, live: LiveToken): ChatCredentials {
    const { token, expirationDate } = live
    if (expirationDate !== undefined) return { token, expirationDate, userId, ...this.#common }
    const credentials = this.make(userId, live)
    // A store of somebody else may freeze what it hands out.
    if (Object.isExtensible(live)) live.expirationDate = credentials.expirationDate
    return credentials
  }

  make(userId: string, { token, expiresAt }: Pick<LiveToken, 'token' | 'expiresAt'>): ChatCredentials {
    return { token, expirationDate: new Date(expiresAt).toISOString(), userId, ...this.#common }
  }
}
