import { isToken, type TokenWithExpiry } from '../chat-server/client-document.js'
import { ChatTokenError } from '../errors.js'
import type { MintContext } from './mode.js'

/** A minted token: printable ASCII, at most 8,192 characters, and when it expires (epoch ms or `Date`). */
export interface MintedToken {
  readonly token: string
  readonly expiresAt: number | Date
}

/** The last moment that has an ISO date of four-digit years. */
const END_OF_TIME = Date.UTC(9999, 11, 31)

/** Signs a token for a user. */
export type Mint = (context: MintContext) => MintedToken | Promise<MintedToken>

/** Calls the app's `mint` and checks what it returns. Its own error is not passed on: it may quote a secret. */
export function minter(mint: Mint): (context: MintContext) => Promise<TokenWithExpiry> {
  return async (context) => {
    let minted: MintedToken
    try {
      minted = await mint(context)
    } catch {
      throw new ChatTokenError('MINT_FAILED', 'mint() threw. Call it with a user of your own to see why.')
    }
    return checkedToken('mint()', minted, context.now)
  }
}

/** What a function of the app returned, when it is a token that can be handed out. */
export function checkedToken(source: string, returned: MintedToken, now: number): TokenWithExpiry {
  const unusable = (why: string) => new ChatTokenError('MINT_FAILED', `${source} returned something unusable: ${why}.`)
  const token: unknown = returned?.token
  const expiresAt = Number(returned?.expiresAt)
  if (!isToken(token)) throw unusable('token must be printable ASCII without spaces, at most 8192 characters')
  if (!(expiresAt > now && expiresAt <= END_OF_TIME)) {
    throw unusable('expiresAt must be in the future, as epoch ms or a Date')
  }
  return { token, expiresAt }
}
