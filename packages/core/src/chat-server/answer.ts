import { ChatTokenError } from '../errors.js'
import type { ChatServerReply } from './exchange.js'

/** The codes of protocol.md's table that decide something here. Others are told apart by their status alone. */
export type RefusalCode = 'USER_EXISTS' | 'TOKEN_CONFLICT' | 'CLIENT_NOT_FOUND' | 'TOKEN_NOT_FOUND'

export type AnswerResult = Readonly<Record<string, unknown>>

export type Answer =
  | { readonly ok: true; readonly result: AnswerResult }
  | {
      readonly ok: false
      readonly status: number
      readonly code: RefusalCode | undefined
      readonly retryAfter: number | undefined
    }

const REFUSAL_CODES: ReadonlySet<string> = new Set<RefusalCode>([
  'USER_EXISTS',
  'TOKEN_CONFLICT',
  'CLIENT_NOT_FOUND',
  'TOKEN_NOT_FOUND',
])

/**
 * Understands both success dialects (the bare object, and the envelope `{RC: 0, RM, result}`) and all error dialects:
 * `{error: "CODE"}`, `{RC, error: {code}}`, `{RC, RM}`, `{error: {name, status}}`, and whatever a proxy makes.
 * Nothing of the text is quoted in an error: it may hold a token.
 */
export function readAnswer(reply: ChatServerReply): Answer {
  const { status } = reply
  if (status >= 300 && status < 400) {
    throw new ChatTokenError(
      'MISCONFIGURED',
      `The chat server answered with a redirect (${status}), which is never followed because it would carry the API key along. Set serverUrl to the final address.`,
    )
  }
  const body = parseObject(reply.text)
  const resultCode = body?.['RC']
  const failed = status >= 400 || (resultCode !== undefined && resultCode !== 0)
  if (failed) return refusal(reply, body ?? {})
  if (body === undefined) throw unusable('something other than a JSON object')
  const result = resultCode === 0 && 'result' in body ? body['result'] : body
  // A revoke answer may be a bare list of what was revoked.
  return { ok: true, result: isObject(result) ? result : { data: result } }
}

/** An answer that cannot be used although the server may have acted. */
export function unusable(what: string): ChatTokenError {
  return new ChatTokenError('UNAVAILABLE', `The chat server answered with ${what}.`, { ambiguous: true })
}

function refusal(reply: ChatServerReply, body: Readonly<Record<string, unknown>>): Answer {
  const error = isObject(body['error']) ? body['error'] : {}
  const code = [body['error'], error['code'], error['name']].find((c) => typeof c === 'string' && REFUSAL_CODES.has(c))
  // RC ≠ 0 is an error even on HTTP 200; its own status is the best guess then.
  const status = [reply.status, body['RC'], error['status']].find(isErrorStatus) ?? 500
  return {
    ok: false,
    status,
    code: code as RefusalCode | undefined,
    retryAfter: seconds(body['retryAfter'] ?? error['retryAfter'] ?? reply.retryAfterHeader),
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isErrorStatus(value: unknown): value is number {
  return typeof value === 'number' && value >= 400 && value <= 599
}

function seconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined
}
