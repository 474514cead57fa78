import type { ChatServer } from '../chat-server/chat-server.js'
import type { TokenWithExpiry } from '../chat-server/client-document.js'
import type { Settled } from '../chat-server/retry.js'
import type { Deadline } from '../deadline.js'
import type { User } from '../user.js'

/** How a user's token comes into being. Made by `issue()`, `assign()` or `external()`. */
export interface Mode {
  /** With `external` the chat server is told of no token: it asks `/verify`. */
  readonly name: 'issue' | 'assign' | 'external'
  /** Mints the token to be assigned, before anything is written or sent; `undefined` when the chat server chooses it. */
  prepare(context: MintContext): Promise<TokenWithExpiry | undefined>
  /** Makes the chat server accept a token for the user. */
  obtain(step: ObtainStep): Promise<Settled<TokenWithExpiry>>
  /** The token that the host app gave the request's session: with this, nothing is obtained, kept or revoked. */
  ownToken?(request: unknown, now: number): Promise<TokenWithExpiry | undefined>
}

/** What a minter is told. */
export interface MintContext {
  readonly user: User
  /** The user's epoch, raised by every logout. A verifier can refuse tokens of an older one. */
  readonly epoch: number
  /** The current time in epoch ms, by the clock that `createChatTokens` uses. */
  readonly now: number
}

export interface ObtainStep {
  readonly server: ChatServer
  readonly user: User
  /** What `prepare` minted. */
  readonly minted: TokenWithExpiry | undefined
  /** Mints with another mode's minter, and makes the new token known to the store before it is sent. */
  readonly mintAgain: (mode: Mode) => Promise<TokenWithExpiry>
  readonly deadline: Deadline
}
