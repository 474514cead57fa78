import { createHash } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose'
import { LRUCache } from 'lru-cache'
import type { JwtLimits } from './jwt-limits.js'

/** What every token that we accept says, beside what the verifier wants to know. Times are epoch seconds. */
export interface SignedClaims extends JWTPayload {
  readonly exp: number
  readonly iat: number
}

export interface JwtReaderOptions extends JwtLimits {
  readonly key: JWTVerifyGetKey
  readonly algorithms: readonly string[]
  readonly issuer: string | undefined
  readonly audience: string | readonly string[] | undefined
  readonly requiredClaims: readonly string[]
  /** How long a verified signature is remembered, in ms; 0 for as long as its token lives. */
  readonly cacheMs: number
}

/** A token that is refused, and why. */
export class RefusedToken extends Error {}

/** Three parts in base64url, and nothing else: no padding, no spaces, no other alphabet. */
const COMPACT = /^[\w-]+\.[\w-]+\.([\w-]+)$/

/**
 * Reads signed tokens. A signature that was good once is good again, so it is remembered by the token's digest; what time
 * changes is looked at each time.
 */
export class JwtReader {
  readonly #options: JwtReaderOptions
  readonly #verified: LRUCache<string, SignedClaims>

  constructor(options: JwtReaderOptions) {
    this.#options = options
    this.#verified = new LRUCache({ max: options.cacheSize, ttl: options.cacheMs, perf: { now: options.now } })
  }

  /** @throws RefusedToken when the token is no good; anything else when its key could not be had. */
  async claims(token: string): Promise<SignedClaims> {
    if (!isCanonical(token)) throw new RefusedToken('it is no JWT in its one spelling')
    const digest = createHash('sha256').update(token).digest('base64')
    const known = this.#verified.get(digest)
    const claims = known ?? (await this.#verify(token))
    this.#checkAge(claims)
    if (!known) this.#verified.set(digest, claims)
    return claims
  }

  async #verify(token: string): Promise<SignedClaims> {
    const { key, algorithms, issuer, audience, requiredClaims, maxAge, clockTolerance, now } = this.#options
    const options: JWTVerifyOptions = {
      algorithms: [...algorithms],
      requiredClaims: ['exp', 'iat', ...requiredClaims],
      maxTokenAge: maxAge,
      clockTolerance,
      currentDate: new Date(now()),
    }
    if (issuer !== undefined) options.issuer = issuer
    if (audience !== undefined) options.audience = typeof audience === 'string' ? audience : [...audience]
    try {
      return (await jwtVerify(token, key, options)).payload as SignedClaims
    } catch (error) {
      throw saysNo(error) ? new RefusedToken(reasonOf(error)) : error
    }
  }

  #checkAge({ exp, iat }: SignedClaims): void {
    const { maxAge, clockTolerance, now } = this.#options
    const seconds = now() / 1000
    if (!(exp > seconds - clockTolerance)) throw new RefusedToken('it has expired')
    if (!(seconds - iat <= maxAge + clockTolerance)) throw new RefusedToken('it is too old')
    if (!(exp - iat <= maxAge)) throw new RefusedToken('it would live too long')
  }
}

/**
 * Whether the token is spelled as its signer spelled it. Header and claims are signed as text; of the signature only its
 * bytes count, and the last character holds bits that no byte needs.
 */
function isCanonical(token: string): boolean {
  const signature = COMPACT.exec(token)?.[1]
  return signature !== undefined && Buffer.from(signature, 'base64url').toString('base64url') === signature
}

/** Whether jose's error is about the token. A key set that cannot be fetched is not. */
function saysNo(error: unknown): error is Error {
  if (error instanceof RefusedToken) return true
  if (!(error instanceof errors.JOSEError)) return false
  return !(
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    error.code === 'ERR_JOSE_GENERIC'
  )
}

/** Errors of jose name claims and codes, but what they quote may come from the token. */
function reasonOf(error: Error): string {
  if (error instanceof RefusedToken) return error.message
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim ${error.claim} is missing or wrong`
  if (error instanceof errors.JWTExpired) return 'it has expired'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong'
  if (error instanceof errors.JWKSNoMatchingKey) return 'its key is not one of ours'
  return error instanceof errors.JOSEError ? error.code : 'it cannot be read'
}
