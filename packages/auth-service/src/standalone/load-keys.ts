import { readFileSync } from 'node:fs'
import type { VerificationKey } from '../verifiers/verification-keys.js'
import { keyOfJwk, type LoadedKey, sharedKey, type SigningKey } from './jwk.js'
import type { Settings } from './settings.js'

/** The keys that the service was given. */
export interface LoadedKeys {
  readonly verifying: readonly VerificationKey[]
  /** The first that can sign. */
  readonly signing: SigningKey | undefined
}

/** @throws TypeError that names the variable, and never quotes what is in a file. */
export function loadKeys(settings: Settings): LoadedKeys {
  const keys = [...sharedKeys(settings), ...jwksKeys(settings)]
  if (keys.length === 0) {
    throw new TypeError(
      'JWT_SECRET, JWT_SECRET_FILE or JWKS_FILE is missing: the key that the app signs its tokens with',
    )
  }
  const ids = new Set<string | undefined>()
  for (const { name, verifying } of keys) {
    if (ids.has(verifying.keyId)) {
      throw new TypeError(`${name} needs a kid of its own; one key may go without, and a JWT_SECRET does`)
    }
    ids.add(verifying.keyId)
  }
  return {
    verifying: keys.map(({ verifying }) => verifying),
    signing: keys.find(({ signing }) => signing !== undefined)?.signing,
  }
}

function sharedKeys({ secret, secretFile }: Settings): readonly LoadedKey[] {
  if (secret && secretFile) throw new TypeError('JWT_SECRET and JWT_SECRET_FILE say the same: give one of them')
  if (secret) return [sharedKey('JWT_SECRET', secret)]
  if (!secretFile) return []
  const text = textOf('JWT_SECRET_FILE', secretFile).trimEnd()
  if (text.includes('\uFFFD')) throw new TypeError('JWT_SECRET_FILE must hold text: raw bytes go into a JWK set')
  return [sharedKey('JWT_SECRET_FILE', text)]
}

function jwksKeys({ jwksFile }: Settings): readonly LoadedKey[] {
  if (!jwksFile) return []
  const set = parsed(textOf('JWKS_FILE', jwksFile))
  const keys: unknown = typeof set === 'object' && set !== null ? Reflect.get(set, 'keys') : undefined
  if (!Array.isArray(keys) || keys.length === 0) {
    throw new TypeError('JWKS_FILE must hold a JWK set: {"keys": [ … ]} with at least one key')
  }
  return keys.map((key: unknown, index) => keyOfJwk(key, `JWKS_FILE: key ${index + 1}`))
}

/** `undefined` for what is no JSON: what JSON.parse says quotes it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function textOf(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code = 'failed' } = error as NodeJS.ErrnoException
    throw new TypeError(`${name} names a file that cannot be read: ${code}`, { cause: error })
  }
}
