import { createSecretKey, KeyObject, webcrypto } from 'node:crypto'
import { types } from 'node:util'
import { hmacSecret, type JwtAlgorithm } from '@imkit-auth/core/jwt'
import { type CryptoKey, exportJWK, type JWTHeaderParameters } from 'jose'
import { RefusedToken } from './jwt-reader.js'

/** One key that tokens may be signed with: a secret, or the public half of a key pair. */
export interface VerificationKey {
  /** The `kid` of the tokens that it signs. Only one key may go without; it is for tokens without a `kid`. */
  readonly keyId?: string | undefined
  /** @default 'HS256' with a secret; required with a public key. */
  readonly algorithm?: JwtAlgorithm | undefined
  /** For HS256, HS384 and HS512: at least 32 random bytes. */
  readonly secret?: string | Uint8Array | undefined
  /** For the other algorithms, as a `CryptoKey` or `KeyObject` (never PEM text). */
  readonly publicKey?: CryptoKey | KeyObject | undefined
}

interface KnownKey {
  readonly algorithm: JwtAlgorithm
  readonly key: KeyObject
  /** As jose takes it: it would import a secret anew for every token. */
  readonly imported: KeyObject | Promise<CryptoKey>
}

const ASYMMETRIC: Readonly<Record<string, readonly string[]>> = {
  EdDSA: ['ed25519'],
  ES256: ['ec'],
  RS256: ['rsa'],
  PS256: ['rsa', 'rsa-pss'],
}
const MIN_RSA_BITS = 2_048

/** Our own keys by their `kid`. A token says which one it wants; where keys are, and what they are, it has no say in. */
export class VerificationKeys {
  readonly #keys = new Map<string | undefined, KnownKey>()

  /** @throws TypeError that names the key that is unusable. */
  constructor(keys: readonly VerificationKey[]) {
    if (!Array.isArray(keys) || keys.length === 0) {
      throw new TypeError('createVerifier: keys must hold at least one key, such as { secret }')
    }
    for (const given of keys as readonly VerificationKey[]) {
      const { keyId } = given
      if (keyId !== undefined && (typeof keyId !== 'string' || keyId === '')) {
        throw new TypeError('createVerifier: keyId must be a text that is not empty')
      }
      if (this.#keys.has(keyId)) throw new TypeError('createVerifier: every key needs a keyId of its own')
      this.#keys.set(keyId, knownKey(given, `createVerifier: the key ${keyId ?? 'without keyId'}`))
    }
  }

  get algorithms(): readonly JwtAlgorithm[] {
    return [...new Set(Array.from(this.#keys.values(), ({ algorithm }) => algorithm))]
  }

  /** The key for a token with this header: the one with its `kid`, if it is of that algorithm. */
  find({ kid, alg }: JWTHeaderParameters): KeyObject | Promise<CryptoKey> {
    const known = this.#keys.get(kid)
    if (!known) throw new RefusedToken('its key is not one of ours')
    if (known.algorithm !== alg) throw new RefusedToken('its algorithm is not that of its key')
    return known.imported
  }

  /** What others may know: the public keys, as a JWK set. */
  async jwks(): Promise<{ readonly keys: readonly object[] }> {
    const open = [...this.#keys].filter(([, { key }]) => key.type === 'public')
    const jwk = async (kid: string | undefined, { key, algorithm: alg }: KnownKey) =>
      Object.assign(await exportJWK(key), kid === undefined ? {} : { kid }, { alg, use: 'sig' })
    return { keys: await Promise.all(open.map(([kid, known]) => jwk(kid, known))) }
  }
}

function knownKey({ algorithm, secret, publicKey }: VerificationKey, name: string): KnownKey {
  if ((secret === undefined) === (publicKey === undefined)) {
    throw new TypeError(`${name} needs either secret or publicKey; is the environment variable set?`)
  }
  if (secret !== undefined) {
    const hs = algorithm ?? 'HS256'
    if (!/^HS(256|384|512)$/.test(hs)) throw new TypeError(`${name}: ${hs} needs publicKey, not secret`)
    const bytes = hmacSecret(name, secret)
    const kind = { name: 'HMAC', hash: `SHA-${hs.slice(2)}` }
    const imported = webcrypto.subtle.importKey('raw', bytes, kind, false, ['verify'])
    return { algorithm: hs, key: createSecretKey(bytes), imported }
  }
  const key = keyObject(publicKey, name)
  const kinds = ASYMMETRIC[algorithm ?? '']
  if (algorithm === undefined || !kinds) {
    throw new TypeError(`${name}: name the algorithm of publicKey: RS256, PS256, ES256 or EdDSA`)
  }
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  const fits = kinds.includes(key.asymmetricKeyType ?? '') && (algorithm !== 'ES256' || namedCurve === 'prime256v1')
  if (!fits) throw new TypeError(`${name}: publicKey is no key for ${algorithm}`)
  if (modulusLength !== undefined && modulusLength < MIN_RSA_BITS) {
    throw new TypeError(`${name}: publicKey is too short: an RSA key has at least ${MIN_RSA_BITS} bits`)
  }
  return { algorithm, key, imported: key }
}

function keyObject(key: unknown, name: string): KeyObject {
  const object = types.isCryptoKey(key) ? KeyObject.from(key) : types.isKeyObject(key) ? key : undefined
  if (object?.type === 'public') return object
  throw new TypeError(`${name}: publicKey must be a public CryptoKey or KeyObject`)
}
