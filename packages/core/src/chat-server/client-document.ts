import type { ChatUser } from '../user.js'
import { type AnswerResult, unusable } from './answer.js'
import { parseExpirationDate } from './expiration-date.js'

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
export function profileOf(user: ChatUser): object {
  return { _id: user.id, nickname: user.nickname, avatarUrl: user.avatarUrl }
}

export function onTheWire({ token, expiresAt }: TokenWithExpiry): object {
  return { token, expirationDate: new Date(expiresAt).toISOString() }
}

/** Rejects a document that is about another user: caching it would hand out somebody else's token. */
export function expectUser(result: AnswerResult, userId: string): AnswerResult {
  const id = result['_id'] ?? result['id']
  if (id !== userId) throw unusable('a client document that is not about the user we asked for')
  return result
}

export function issuedToken(result: AnswerResult): TokenWithExpiry {
  const { token } = result as { token?: unknown }
  const expiresAt = parseExpirationDate(result['expirationDate'])
  if (!isToken(token)) throw unusable('a client document that carries no usable token')
  if (expiresAt === undefined) throw unusable('a token without a usable expirationDate')
  return { token, expiresAt }
}

/** Our token, unless the server names another. When the server lets it expire earlier, that counts. */
export function assignedToken(result: AnswerResult, minted: TokenWithExpiry): TokenWithExpiry {
  const { token = minted.token } = result as { token?: unknown }
  if (token !== minted.token) throw unusable('another token than the one we assigned')
  const expiresAt = parseExpirationDate(result['expirationDate']) ?? minted.expiresAt
  return { token: minted.token, expiresAt: Math.min(expiresAt, minted.expiresAt) }
}
