import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto'
import { hmacSecret, type JwtAlgorithm, type JwtMinterOptions } from '@imkit-auth/core/jwt'
import { type VerificationKey, VerificationKeys } from '../verifiers/verification-keys.js'

/** A key that the service was given. */
export interface LoadedKey {
  /** What messages call it. */
  readonly name: string
  readonly verifying: VerificationKey
  /** `undefined` when only the public half is known. */
  readonly signing: SigningKey | undefined
}

export type SigningKey = Omit<JwtMinterOptions, 'ttl'>

/** What each `kty` can sign with: the first one, unless its `alg` says another. */
const ALGORITHMS: ReadonlyMap<unknown, readonly JwtAlgorithm[]> = new Map([
  ['oct', ['HS256', 'HS384', 'HS512']],
  ['OKP', ['EdDSA']],
  ['EC', ['ES256']],
  ['RSA', ['RS256', 'PS256']],
])

/** @throws TypeError that begins with the name, and quotes nothing of the key. */
export function keyOfJwk(jwk: unknown, name: string): LoadedKey {
  if (typeof jwk !== 'object' || jwk === null) throw new TypeError(`${name} is no JWK`)
  const key = jwk as JsonWebKey
  const { kid, kty, alg, use = 'sig', k, d } = key
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) throw new TypeError(`${name}: kid must be a text`)
  if (use !== 'sig') throw new TypeError(`${name} is not for signatures: its use must be sig`)
  const fitting = ALGORITHMS.get(kty)
  if (!fitting) throw new TypeError(`${name}: kty must be ${[...ALGORITHMS.keys()].join(', ')}`)
  const algorithm = alg === undefined ? fitting[0] : fitting.find((each) => each === alg)
  if (!algorithm) throw new TypeError(`${name}: alg must be ${fitting.join(' or ')}, as its kty is ${kty}`)
  const common = { algorithm, ...(kid === undefined ? {} : { keyId: kid }) }
  if (kty === 'oct') return sharedKey(name, Buffer.from(String(k), 'base64url'), common)
  try {
    const publicKey = createPublicKey({ key, format: 'jwk' })
    const signing = d === undefined ? undefined : { privateKey: createPrivateKey({ key, format: 'jwk' }), ...common }
    const verifying = { publicKey, ...common }
    // Refuses keys that are too short, and other curves.
    void new VerificationKeys([verifying])
    return { name, verifying, signing }
  } catch {
    throw new TypeError(`${name} cannot be used: it must be Ed25519, EC P-256, or RSA of at least 2048 bits`)
  }
}

/** @throws TypeError that begins with the name. */
export function sharedKey(
  name: string,
  secret: string | Uint8Array,
  common: { readonly algorithm?: JwtAlgorithm; readonly keyId?: string } = {},
): LoadedKey {
  hmacSecret(name, secret)
  const key = { secret, ...common }
  return { name, verifying: key, signing: key }
}
