import { randomUUID } from 'node:crypto'
import { type CryptoKey, type KeyObject, SignJWT } from 'jose'
import { hmacSecret } from './hmac-secret.js'
import type { Mint } from './modes/mint.js'

export { hmacSecret } from './hmac-secret.js'

/** Algorithms a chat token can be signed with. */
export type JwtAlgorithm = 'HS256' | 'HS384' | 'HS512' | 'RS256' | 'PS256' | 'ES256' | 'EdDSA'

export interface JwtMinterOptions {
  /** Shared secret for HS256/384/512: at least 32 random bytes. Give either this or `privateKey`. */
  readonly secret?: string | Uint8Array | undefined
  /** Private key for the other algorithms, as a `CryptoKey` or `KeyObject` (never PEM text). */
  readonly privateKey?: CryptoKey | KeyObject | undefined
  /** @default 'HS256' with a secret; required with a private key. */
  readonly algorithm?: JwtAlgorithm
  /** Lifetime of each token in seconds, 1 second to 1 year. */
  readonly ttl: number
  /** The `iss` claim. */
  readonly issuer?: string
  /** The `aud` claim. */
  readonly audience?: string | readonly string[]
  /** The `kid` header, for verifiers that know several keys. */
  readonly keyId?: string
}

const MAX_TTL = 366 * 86_400

/**
 * A `mint` for `assign()` and `external()` that signs JWTs with jose. The payload holds `id` (IMKIT's web SDK needs it), `nickname` and
 * `avatarUrl` when known, `iat`, `exp`, a random `jti`, and `ep`, the user's epoch: a verifier that compares it with the
 * current one refuses tokens from before a logout.
 *
 * @throws TypeError when the key, the algorithm and `ttl` do not fit together.
 * @example
 * assign({ mint: jwtMinter({ secret: process.env.CHAT_JWT_SECRET, ttl: 24 * 3600 }) })
 */
export function jwtMinter(options: JwtMinterOptions): Mint {
  const { ttl, issuer, audience, keyId } = options
  const { key, algorithm } = signingKey(options)
  if (!Number.isFinite(ttl) || ttl < 1 || ttl > MAX_TTL) {
    throw new TypeError('jwtMinter: ttl must be a number of seconds, from 1 to 31622400 (a year)')
  }
  return async ({ user, epoch, now }) => {
    const iat = Math.floor(now / 1000)
    const exp = Math.floor(iat + ttl)
    const jwt = new SignJWT({ id: user.id, nickname: user.nickname, avatarUrl: user.avatarUrl, ep: epoch })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) })
      .setIssuedAt(iat)
      .setExpirationTime(exp)
      .setJti(randomUUID())
    if (issuer !== undefined) jwt.setIssuer(issuer)
    if (audience !== undefined) jwt.setAudience(typeof audience === 'string' ? audience : [...audience])
    return { token: await jwt.sign(key), expiresAt: exp * 1000 }
  }
}

function signingKey({ secret, privateKey, algorithm }: JwtMinterOptions) {
  const symmetric = algorithm === undefined || algorithm.startsWith('HS')
  if ((secret === undefined) === (privateKey === undefined)) {
    throw new TypeError('jwtMinter: give either secret or privateKey; is the environment variable set?')
  }
  if (secret !== undefined) {
    if (!symmetric) throw new TypeError(`jwtMinter: ${algorithm} needs privateKey, not secret`)
    return { key: hmacSecret('jwtMinter: secret', secret), algorithm: algorithm ?? 'HS256' }
  }
  if (algorithm === undefined || symmetric) {
    throw new TypeError('jwtMinter: name the algorithm of privateKey: RS256, PS256, ES256 or EdDSA')
  }
  if (typeof privateKey !== 'object' || privateKey.type !== 'private') {
    throw new TypeError('jwtMinter: privateKey must be a private CryptoKey or KeyObject')
  }
  return { key: privateKey, algorithm }
}
