import type { TokenWithExpiry } from '../chat-server/client-document.js'
import { ChatTokenError } from '../errors.js'
import { claimsOf } from '../jwt-claims.js'
import type { Awaitable } from '../store/awaitable.js'
import { checkedToken, type Mint, type MintedToken, minter } from './mint.js'
import type { Mode } from './mode.js'

/**
 * Finds the token that a request's session has in the host app; anything falsy when it has none. A JWT with an `exp` may
 * be returned as it is, any other token with its end. It is given what the binding was given: Express's and Nest's request,
 * Koa's context.
 */
export type OwnToken<Request> = (request: Request) => Awaitable<string | MintedToken | null | undefined | false>

export type ExternalOptions<Request> =
  | {
      /** Signs a token for a user, such as `jwtMinter({ secret, ttl })`, which `/verify` then accepts. */
      readonly mint: Mint
      readonly token?: never
    }
  | {
      /** The token that the app itself gave this session: it becomes the chat token, and nothing of it is kept. */
      readonly token: OwnToken<Request>
      readonly mint?: never
    }

/**
 * The chat server is never told a token: it is started with `AUTH` and asks `/verify` (approach 2 of the seed documents).
 * `@imkit-auth/auth-service` answers there. No API key is needed.
 *
 * With `mint` (2-2) tokens are minted at login and end with the user's epoch: a logout is seen by `/verify` at once. With
 * `token` (2-1) the app's own token is the chat token, and ends when the app's own check refuses it.
 *
 * @throws TypeError when not exactly one of `mint` and `token` is a function.
 * @example
 * createChatTokens({ serverUrl, mode: external({ mint: jwtMinter({ secret, ttl: 3600 }) }), store })
 * @example
 * createChatTokens({ serverUrl, mode: external({ token: (req: Request) => req.session.accessToken }) })
 */
export function external<Request = never>({ mint, token }: ExternalOptions<Request>): Mode {
  const given = [mint, token].filter((option) => option !== undefined)
  if (given.length !== 1 || typeof given[0] !== 'function') {
    throw new TypeError('external() needs one function: { mint } to mint tokens, or { token } to use the app’s own')
  }
  return {
    name: 'external',
    prepare: mint ? minter(mint) : async () => undefined,
    async obtain({ minted }) {
      if (!minted) throw new ChatTokenError('MINT_FAILED', 'external({ token }) mints nothing.')
      return { value: minted, ambiguous: false }
    },
    ...(token && { ownToken: (request, now) => ownToken(token as OwnToken<unknown>, request, now) }),
  }
}

/** The longest `jti` that is kept, in characters. */
const MAX_ID = 256

/** The id that tells a minted token from every other, however it is spelled. */
export function idOfToken(token: string): string | undefined {
  const { jti } = claimsOf(token)
  return typeof jti === 'string' && jti.length <= MAX_ID && !/\p{Surrogate}/u.test(jti) ? jti : undefined
}

async function ownToken(find: OwnToken<unknown>, request: unknown, now: number): Promise<TokenWithExpiry | undefined> {
  let found: Awaited<ReturnType<OwnToken<unknown>>>
  try {
    found = await find(request)
  } catch {
    throw new ChatTokenError('MINT_FAILED', 'The token function of external() threw. Call it yourself to see why.')
  }
  if (!found) return undefined
  const { token, expiresAt } = typeof found === 'string' ? withExpiry(found) : found
  // The app lets it end when it ends: one that has is as good as none.
  return Number(expiresAt) <= now
    ? undefined
    : checkedToken('The token function of external()', { token, expiresAt }, now)
}

function withExpiry(token: string): MintedToken {
  const { exp } = claimsOf(token)
  if (typeof exp === 'number') return { token, expiresAt: exp * 1000 }
  throw new ChatTokenError(
    'MINT_FAILED',
    'The token function of external() returned a text that is no JWT with an exp: return { token, expiresAt } instead.',
  )
}
