import { ChatTokenError } from '@imkit-auth/core'
import { createRemoteJWKSet } from 'jose'
import { refuse, type Verifier } from '../verifier.js'
import { type ClaimNames, userFrom } from './claim-names.js'
import { httpsUrl } from './https-url.js'
import { type JwtLimitOptions, jwtLimits } from './jwt-limits.js'
import { JwtReader, RefusedToken } from './jwt-reader.js'

/** How an identity provider signs. Never with a shared secret. */
export type RemoteAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'EdDSA'

export interface RemoteJwksOptions extends JwtLimitOptions {
  /** Where the provider publishes its keys: the `jwks_uri` of its OpenID configuration. https, or http on loopback. */
  readonly url: string | URL | undefined
  /** The `iss` that its tokens carry. */
  readonly issuer: string | undefined
  /** The `aud` of tokens that are meant for this app: one of these. */
  readonly audience: string | readonly string[] | undefined
  /** Which claims say who the user is. @default { id: 'sub', nickname: 'name', avatarUrl: 'picture' } */
  readonly claims?: ClaimNames
  /** @default ['RS256', 'PS256', 'ES256', 'EdDSA'] */
  readonly algorithms?: readonly RemoteAlgorithm[]
}

/** How long a key that the provider has taken back may still count, in ms: known as a key, then by what it has signed. */
const KEYS_LIVE_FOR = 600_000

/**
 * Accepts the access tokens of an identity provider such as Auth0, Keycloak or Cognito (approach 2-1 of the seed documents). Such a
 * token is good until it expires, also after a logout: keep its life short, or use `introspection`.
 *
 * @throws TypeError that names the option, when one is missing or wrong.
 * @example
 * const verifier = remoteJwks({
 *   url: 'https://tenant.eu.auth0.com/.well-known/jwks.json',
 *   issuer: 'https://tenant.eu.auth0.com/',
 *   audience: 'https://api.example.com',
 * })
 */
export function remoteJwks(options: RemoteJwksOptions): Verifier {
  const { issuer, audience, claims, algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] } = options
  if (!issuer) throw new TypeError('remoteJwks: issuer is missing: the iss that the provider’s tokens carry')
  if (!audience || audience.length === 0) {
    throw new TypeError('remoteJwks: audience is missing: without it, tokens for other apps would be accepted')
  }
  if (algorithms.length === 0 || algorithms.some((name) => !/^([RP]S(256|384|512)|ES(256|384)|EdDSA)$/.test(name))) {
    throw new TypeError('remoteJwks: algorithms must be asymmetric ones, such as RS256')
  }
  const keys = createRemoteJWKSet(httpsUrl('remoteJwks: url', options.url), {
    timeoutDuration: 3_000,
    cacheMaxAge: KEYS_LIVE_FOR / 2,
  })
  const reader = new JwtReader({
    key: keys,
    algorithms,
    issuer,
    audience,
    requiredClaims: [],
    cacheMs: KEYS_LIVE_FOR / 2,
    ...jwtLimits('remoteJwks: ', options),
  })
  return {
    async verify(token) {
      try {
        return userFrom(await reader.claims(token), claims)
      } catch (error) {
        if (error instanceof RefusedToken) return refuse(error.message)
        throw unreachable()
      }
    },
    async ready() {
      if (keys.fresh) return
      await keys.reload().catch(() => {
        throw unreachable()
      })
    },
  }
}

function unreachable(): ChatTokenError {
  return new ChatTokenError('UNAVAILABLE', 'The keys of remoteJwks cannot be fetched. Is url right, and is it up?')
}
