import { createHmac, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'

/** What tokens are signed with, as each of the servers is told. */
export interface Signing {
  readonly name: string
  /** A JWK set for `imkit-auth-service`. */
  readonly jwks: object
  /** Variables for the plain service. */
  readonly env: Readonly<Record<string, string>>
  readonly signature: (input: string) => Buffer
}

export function hs256(): Signing {
  const secret = randomBytes(48).toString('base64url')
  return {
    name: 'HS256',
    jwks: { keys: [{ kty: 'oct', alg: 'HS256', k: Buffer.from(secret).toString('base64url') }] },
    env: { JWT_SECRET: secret },
    signature: (input) => createHmac('sha256', secret).update(input).digest(),
  }
}

export function edDsa(): Signing {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return {
    name: 'EdDSA',
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'EdDSA' }] },
    env: { JWT_PUBLIC_KEY: publicKey.export({ format: 'pem', type: 'spki' }).toString() },
    signature: (input) => sign(undefined, Buffer.from(input), privateKey),
  }
}

/** A token as the same signer would sign it for the same user at the next login: another id, another signature. */
export function another(token: string, { signature }: Signing): string {
  const [header = '', claims = ''] = token.split('.')
  const next = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), jti: randomUUID() }
  const input = `${header}.${Buffer.from(JSON.stringify(next)).toString('base64url')}`
  return `${input}.${signature(input).toString('base64url')}`
}
