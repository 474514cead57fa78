import type { Clients } from './clients.js'
import type { Dialect } from './dialect.js'
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
