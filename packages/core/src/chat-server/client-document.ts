import type { User } from '../user.js'
import { type AnswerResult, unusable } from './answer.js'
import { parseExpirationDate } from './expiration-date.js'
import type { ServerClock } from './server-clock.js'

/** A token and the moment it stops working, in epoch ms. */
export interface TokenWithExpiry {
  readonly token: string
  readonly expiresAt: number
}

const MAX_TOKEN_LENGTH = 8192
const PRINTABLE = /^[\x21-\x7e]+$/

/** A token travels in an HTTP header: printable ASCII without spaces, at most 8,192 characters. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TOKEN_LENGTH && PRINTABLE.test(value)
}

/** The client document of a user; fields we do not know are left out and stay as they are at the server. */
export function profileOf(user: User): object {
  return { _id: user.id, nickname: user.nickname, avatarUrl: user.avatarUrl }
}

export function onTheWire({ token, expiresAt }: TokenWithExpiry): object {
  return { token, expirationDate: isoDate(expiresAt) }
}

/** Rejects a document that is about another user: caching it would hand out somebody else's token. */
export function expectUser(result: AnswerResult, userId: string): AnswerResult {
  const id = result['_id'] ?? result['id']
  if (id !== userId) throw unusable('a client document that is not about the user we asked for')
  return result
}

export function issuedToken(result: AnswerResult, clock: ServerClock): TokenWithExpiry {
  const { token } = result as { token?: unknown }
  const expiresAt = parseExpirationDate(result['expirationDate'], clock)
  if (!isToken(token)) throw unusable('a client document that carries no usable token')
  if (expiresAt === undefined) throw unusable('a token without a usable expirationDate')
  return alive({ token, expiresAt }, clock)
}

/** Our token, unless the server names another. When the server lets it expire earlier, that counts. */
export function assignedToken(result: AnswerResult, minted: TokenWithExpiry, clock: ServerClock): TokenWithExpiry {
  const { token = minted.token } = result as { token?: unknown }
  if (token !== minted.token) throw unusable('another token than the one we assigned')
  const expiresAt = parseExpirationDate(result['expirationDate'] ?? isoDate(minted.expiresAt), clock)
  return alive({ token: minted.token, expiresAt: Math.min(expiresAt ?? Infinity, minted.expiresAt) }, clock)
}

/** How many tokens a revocation revoked; `undefined` when the answer does not say. */
export function revokedTokens({ revokedTokens: count, data }: AnswerResult): number | undefined {
  if (typeof count === 'number') return count
  return Array.isArray(data) ? data.length : undefined
}

/** A token that has expired when it arrives would only be obtained again at once, and again. */
function alive(token: TokenWithExpiry, { now }: ServerClock): TokenWithExpiry {
  if (token.expiresAt <= now) throw unusable('a token that has expired already')
  return token
}

function isoDate(time: number): string {
  return new Date(time).toISOString()
}
