import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { Profile } from './clients.js'

const MS_PER_DAY = 86_400_000
const SECRET_BYTES = 32

/** A token that the server has signed but not given to anybody. */
export interface IssuedToken {
  readonly token: string
  /** Epoch milliseconds; the `exp` claim is the whole second before. */
  readonly expiresAt: number
}

/** When a token ends that nobody gave an end: `tokenDays` after `at`, in epoch milliseconds. */
export function defaultExpiry(at: number, tokenDays: number): number {
  return Math.round(at + tokenDays * MS_PER_DAY)
}

/** Signs the tokens of one emulator. */
export interface TokenIssuer {
  /** A token of client `id` that no other call returns, good from `at` (epoch milliseconds) on. */
  issue(id: string, profile: Profile, at: number): IssuedToken
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const HEADER = encode({ alg: 'HS256', typ: 'JWT' })

/** An issuer whose HS256 JWTs live for `tokenDays`. It signs at once, so that an issue is one step. */
export function createTokenIssuer(tokenDays: number, secret: Uint8Array = randomBytes(SECRET_BYTES)): TokenIssuer {
  return {
    issue(id, { nickname, avatarUrl }, at) {
      const expiresAt = defaultExpiry(at, tokenDays)
      const iat = Math.floor(at / 1000)
      const exp = Math.floor(expiresAt / 1000)
      const content = `${HEADER}.${encode({ id, nickname, avatarUrl, jti: randomUUID(), iat, exp })}`
      return { token: `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`, expiresAt }
    },
  }
}
