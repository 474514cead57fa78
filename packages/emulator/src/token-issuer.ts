import { randomUUID } from 'node:crypto'
import { generateSecret, SignJWT } from 'jose'
import type { Profile } from './clients.js'

const MS_PER_DAY = 86_400_000

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
  /** A token of client `id`, good from `at` (epoch milliseconds) on. */
  issue(id: string, profile: Profile, at: number): Promise<IssuedToken>
}

/** An issuer with a random secret of its own, whose HS256 JWTs live for `tokenDays`. */
export async function createTokenIssuer(tokenDays: number): Promise<TokenIssuer> {
  const secret = await generateSecret('HS256')
  return {
    async issue(id, { nickname, avatarUrl }, at) {
      const expiresAt = defaultExpiry(at, tokenDays)
      const token = await new SignJWT({ id, nickname, avatarUrl, jti: randomUUID() })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuedAt(Math.floor(at / 1000))
        .setExpirationTime(Math.floor(expiresAt / 1000))
        .sign(secret)
      return { token, expiresAt }
    },
  }
}
