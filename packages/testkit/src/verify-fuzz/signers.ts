import {
  constants,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign as signBytes,
  type SignKeyObjectInput,
} from 'node:crypto'
import type { VerificationKey } from '@imkit-auth/auth-service'
import type { JwtAlgorithm } from '@imkit-auth/core/jwt'

/** A key that tokens are signed with, and how: by hand, so that a header can say what it wants. */
export interface Signer {
  readonly algorithm: JwtAlgorithm
  readonly keyId: string | undefined
  /** The key as the verifier gets it. */
  readonly verification: VerificationKey
  /** The compact JWT with this header and these claims, which are texts and need not be JSON. */
  sign(header: string, claims: string): string
}

/** Keys of every algorithm, two of HS256: one is being rotated out, and one has no `kid`. */
export function createSigners(): readonly Signer[] {
  return [
    shared('HS256', undefined),
    shared('HS256', 'old'),
    shared('HS384', 'hs384'),
    shared('HS512', 'hs512'),
    pair('EdDSA', 'ed', generateKeyPairSync('ed25519')),
    pair('ES256', 'es', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
    pair('RS256', 'rs', generateKeyPairSync('rsa', { modulusLength: 2048 })),
    pair('PS256', 'ps', generateKeyPairSync('rsa', { modulusLength: 2048 })),
  ]
}

export function shared(algorithm: 'HS256' | 'HS384' | 'HS512', keyId: string | undefined, key?: Uint8Array): Signer {
  const secret = key ?? randomBytes(64)
  return {
    algorithm,
    keyId,
    verification: { algorithm, keyId, secret },
    sign: compact((data) => createHmac(algorithm.replace('HS', 'sha'), secret).update(data).digest()),
  }
}

export function pair(
  algorithm: 'EdDSA' | 'ES256' | 'RS256' | 'PS256',
  keyId: string | undefined,
  { publicKey, privateKey: key }: { publicKey: KeyObject; privateKey: KeyObject },
): Signer {
  const how: Record<typeof algorithm, SignKeyObjectInput> = {
    EdDSA: { key },
    ES256: { key, dsaEncoding: 'ieee-p1363' },
    RS256: { key, padding: constants.RSA_PKCS1_PADDING },
    PS256: { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  }
  const hash = algorithm === 'EdDSA' ? null : 'sha256'
  return {
    algorithm,
    keyId,
    verification: { algorithm, keyId, publicKey },
    sign: compact((data) => signBytes(hash, Buffer.from(data), how[algorithm])),
  }
}

function compact(signature: (data: string) => Buffer): Signer['sign'] {
  return (header, claims) => {
    const data = `${encoded(header)}.${encoded(claims)}`
    return `${data}.${signature(data).toString('base64url')}`
  }
}

export function encoded(text: string): string {
  return Buffer.from(text).toString('base64url')
}

export function headerOf({ algorithm, keyId }: Pick<Signer, 'algorithm' | 'keyId'>): Record<string, unknown> {
  return { alg: algorithm, typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) }
}
