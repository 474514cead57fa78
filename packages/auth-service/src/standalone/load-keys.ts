import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { JwtAlgorithm, JwtMinterOptions } from '@imkit-auth/core/jwt'
import { hmacSecret } from '@imkit-auth/core/jwt'
import type { VerificationKey } from '../verifiers/verification-keys.js'
import type { Settings } from './settings.js'

/** The keys that the service was given. */
export interface LoadedKeys {
  readonly verifying: readonly VerificationKey[]
  /** The first that can sign. */
  readonly signing: Omit<JwtMinterOptions, 'ttl'> | undefined
}

type Jwk = JsonWebKey & { readonly kid?: string; readonly alg?: string }

interface LoadedKey {
  readonly verifying: VerificationKey
  readonly signing: Omit<JwtMinterOptions, 'ttl'> | undefined
}

/** @throws TypeError that names the variable, and never quotes what is in a file. */
export function loadKeys({ secret, secretFile, jwksFile }: Settings): LoadedKeys {
  if (secret && secretFile) throw new TypeError('JWT_SECRET and JWT_SECRET_FILE say the same: give one of them')
  const shared = secret || (secretFile && readText('JWT_SECRET_FILE', secretFile).trimEnd())
  const keys = [
    ...(shared ? [sharedKey(secret ? 'JWT_SECRET' : 'JWT_SECRET_FILE', shared)] : []),
    ...(jwksFile ? jwksIn(jwksFile).map(loadedKey) : []),
  ]
  if (keys.length === 0) {
    throw new TypeError(
      'JWT_SECRET, JWT_SECRET_FILE or JWKS_FILE is missing: the key that the app signs its tokens with',
    )
  }
  return {
    verifying: keys.map(({ verifying }) => verifying),
    signing: keys.find(({ signing }) => signing !== undefined)?.signing,
  }
}

function sharedKey(
  name: string,
  secret: string | Uint8Array,
  keyId?: string,
  algorithm: JwtAlgorithm = 'HS256',
): LoadedKey {
  hmacSecret(name, secret)
  const key = { secret, algorithm, ...(keyId === undefined ? {} : { keyId }) }
  return { verifying: key, signing: key }
}

function jwksIn(file: string): readonly Jwk[] {
  try {
    const { keys } = JSON.parse(readText('JWKS_FILE', file)) as { keys?: unknown }
    if (Array.isArray(keys) && keys.length > 0) return keys as Jwk[]
  } catch (error) {
    if (error instanceof TypeError) throw error
  }
  throw new TypeError('JWKS_FILE must hold a JWK set: {"keys": [ … ]} with at least one key')
}

function loadedKey(jwk: Jwk, index: number): LoadedKey {
  const name = `JWKS_FILE: key ${index + 1}`
  const algorithm = algorithmOf(jwk, name)
  const id = jwk.kid === undefined ? {} : { keyId: jwk.kid }
  if (jwk.kty === 'oct') return sharedKey(name, Buffer.from(String(jwk.k), 'base64url'), jwk.kid, algorithm)
  try {
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' })
    const signing =
      jwk.d === undefined ? undefined : { privateKey: createPrivateKey({ key: jwk, format: 'jwk' }), algorithm, ...id }
    return { verifying: { publicKey, algorithm, ...id }, signing }
  } catch {
    throw new TypeError(`${name} is not a key that can be used`)
  }
}

const ALGORITHM_OF: Readonly<Record<string, JwtAlgorithm>> = { oct: 'HS256', OKP: 'EdDSA', EC: 'ES256', RSA: 'RS256' }
const ALGORITHMS: ReadonlySet<string> = new Set(['HS256', 'HS384', 'HS512', 'RS256', 'PS256', 'ES256', 'EdDSA'])

function algorithmOf({ kty = '', alg = ALGORITHM_OF[kty] }: Jwk, name: string): JwtAlgorithm {
  if (alg !== undefined && ALGORITHMS.has(alg)) return alg as JwtAlgorithm
  throw new TypeError(`${name}: alg must be one of ${[...ALGORITHMS].join(', ')}`)
}

function readText(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new TypeError(`${name} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'failed'}`, {
      cause: error,
    })
  }
}
