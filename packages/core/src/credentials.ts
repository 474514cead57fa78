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

  /** Its date is kept for the next call: a user who comes back is likely to come again. */
  for(userId: string, live: LiveToken, now: number): ChatCredentials {
    const { token, expiresAt } = live
    const expirationDate = live.expirationDate ?? isoDate(expiresAt)
    // A store of somebody else may freeze what it hands out.
    if (live.expirationDate === undefined && Object.isExtensible(live)) live.expirationDate = expirationDate
    return { token, expirationDate, expiresIn: secondsUntil(expiresAt, now), userId, ...this.#common }
  }

  make(userId: string, { token, expiresAt }: Pick<LiveToken, 'token' | 'expiresAt'>): ChatCredentials {
    const expiresIn = secondsUntil(expiresAt, this.#now())
    return { token, expirationDate: isoDate(expiresAt), expiresIn, userId, ...this.#common }
  }
}

function isoDate(time: number): string {
  return new Date(time).toISOString()
}

function secondsUntil(time: number, now: number): number {
  return Math.max(0, Math.floor((time - now) / 1_000))
}
