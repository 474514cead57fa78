import { isoDate } from './iso-date.js'
import type { Settings } from './options.js'
import type { LiveToken } from './store/live-token.js'

/** What a page needs to open the chat. */
export interface ChatCredentials {
  /** The chat token. SDKs send it as `IM-Authorization`. */
  readonly token: string
  /** When it stops working, ISO 8601 in UTC. */
  readonly expirationDate: string
  /** How long it still works, in whole seconds: for pages, whose own clock may be wrong. */
  readonly expiresIn: number
  readonly userId: string
  /** Base URL of the chat server. */
  readonly serverUrl: string
  /** The public app key, when `clientKey` is configured. SDKs send it as `IM-CLIENT-KEY`. */
  readonly clientKey?: string
}

/** Makes credentials from tokens. */
export class CredentialsFactory {
  readonly #common: Pick<ChatCredentials, 'serverUrl' | 'clientKey'>
  readonly #now: () => number

  constructor({ serverUrl, clientKey, now }: Pick<Settings, 'serverUrl' | 'clientKey' | 'now'>) {
    this.#common = {
      serverUrl: serverUrl.href.replace(/\/+$/, ''),
      ...(clientKey === undefined ? {} : { clientKey }),
    }
    this.#now = now
  }

  get serverUrl(): string {
    return this.#common.serverUrl
  }

  for(
    userId: string,
    { token, expiresAt }: Pick<LiveToken, 'token' | 'expiresAt'>,
    now: number = this.#now(),
  ): ChatCredentials {
    const expiresIn = secondsUntil(expiresAt, now)
    return { token, expirationDate: isoDate(expiresAt), expiresIn, userId, ...this.#common }
  }
}

function secondsUntil(time: number, now: number): number {
  return Math.max(0, Math.floor((time - now) / 1_000))
}
