import { ChatTokenError, type ChatTokens } from '@imkit-auth/core'
import { refuse, type Verdict, type Verifier } from '../verifier.js'
import { type JwtLimitOptions, jwtLimits } from './jwt-limits.js'
import { JwtReader, RefusedToken, type SignedClaims } from './jwt-reader.js'
import { type VerificationKey, VerificationKeys } from './verification-keys.js'

export interface VerifierOptions extends JwtLimitOptions {
  /** What knows of logouts: tokens on the store that the app's servers use, with `mode: external({ mint })`. */
  readonly tokens: Pick<ChatTokens, 'standing'>
  /** The keys that tokens may be signed with. To rotate: add the new one here, then sign with it, then take the old away. */
  readonly keys: readonly VerificationKey[]
  /** Required `iss`, when given. */
  readonly issuer?: string | undefined
  /** Required `aud`, when given: one of these. */
  readonly audience?: string | readonly string[] | undefined
}

/** The user whose standing is asked for to see whether it can be: nobody's. */
const NOBODY = 'imkit-auth:readyz'

/**
 * Accepts the tokens that `external({ mint: jwtMinter(…) })` mints (approach 2-2 of the seed documents): a good signature, the claims
 * `exp`, `iat`, `jti`, `id` and `ep`, and then, read from the store each time, that `ep` is the user's epoch (nobody has logged
 * out since) and `jti` has not been denied.
 *
 * @throws TypeError that names the option, when one is missing or wrong.
 * @example
 * const verifier = createVerifier({ tokens, keys: [{ secret: process.env.JWT_SECRET }] })
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { tokens, keys, issuer, audience } = options
  if (typeof tokens?.standing !== 'function') throw new TypeError('tokens must come from createChatTokens()')
  const known = new VerificationKeys(keys)
  const reader = new JwtReader({
    key: (header) => known.find(header),
    algorithms: known.algorithms,
    issuer,
    audience,
    requiredClaims: ['jti', 'id', 'ep'],
    cacheMs: 0,
    ...jwtLimits('', options),
  })
  return {
    async verify(token) {
      let claims: SignedClaims
      try {
        claims = await reader.claims(token)
      } catch (error) {
        if (error instanceof RefusedToken) return refuse(error.message)
        throw error
      }
      // Read last: a logout that was done before the answer is seen in it.
      return decide(claims, tokens)
    },
    async ready() {
      await tokens.standing(NOBODY)
    },
    jwks: () => known.jwks(),
  }
}

async function decide(claims: SignedClaims, tokens: VerifierOptions['tokens']): Promise<Verdict> {
  const { id, jti, ep } = claims
  if (typeof id !== 'string' || typeof jti !== 'string' || jti === '') return refuse('its id or jti is no text')
  try {
    const { epoch, denied, nickname, avatarUrl } = await tokens.standing(id)
    if (ep !== epoch) return refuse('it is from before a logout')
    if (denied.includes(jti)) return refuse('it was reported invalid')
    // The store has heard of a new name before the next token carries it.
    const profile = {
      nickname: nickname ?? text(claims['nickname']),
      avatarUrl: avatarUrl ?? text(claims['avatarUrl']),
    }
    return { user: { id, ...profile } }
  } catch (error) {
    if (error instanceof ChatTokenError && error.code === 'INVALID_USER') return refuse('its id is no user id')
    throw error
  }
}

function text(claim: unknown): string | undefined {
  return typeof claim === 'string' ? claim : undefined
}
