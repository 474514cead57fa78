import { Clients } from './clients.js'
import { type Dialect, dialects } from './dialect.js'
import type { Settings } from './options.js'
import type { TokenIssuer } from './token-issuer.js'

/** What the routes of the chat server work on. */
export interface ChatContext {
  readonly settings: Settings
  readonly dialect: Dialect
  readonly clients: Clients
  readonly issuer: TokenIssuer
  /** The emulator's time in epoch milliseconds. */
  readonly now: () => number
}

/** The context of a chat server that has no clients yet. */
export function createChatContext(settings: Settings, issuer: TokenIssuer, now: () => number): ChatContext {
  return {
    settings,
    issuer,
    now,
    dialect: dialects[settings.dialect],
    clients: new Clients(now, settings.singleToken),
  }
}
