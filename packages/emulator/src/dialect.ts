import { type Answer, jsonAnswer } from './answer.js'
import type { DialectName } from './options.js'
import { statusByCode } from './refusal.js'

/** A token as the answer to a revocation lists it. */
export interface RevokedToken {
  readonly token: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly expirationDate: string
  readonly expirationDateMS: number
}

/** What an error answer says. */
export interface Failure {
  readonly status: number
  readonly code: string
  readonly message: string
  /** Seconds; only in the body, as the real server sends no `Retry-After`. */
  readonly retryAfter?: number | undefined
}

/** One of the two ways in which IMKIT's documents say that the server answers. */
export interface Dialect {
  readonly success: (result: unknown) => Answer
  readonly failure: (failure: Failure) => Answer
  readonly revoked: (tokens: readonly RevokedToken[]) => Answer
  /** A success with its result changed; anything else as it is. */
  readonly edit: (answer: Answer, change: (result: Result) => Result) => Answer
}

/** What a success is about, as JSON. */
export type Result = Readonly<Record<string, unknown>>

function editBody(answer: Answer, change: (body: Result) => Result): Answer {
  if (answer.status !== 200) return answer
  return { ...answer, body: JSON.stringify(change(JSON.parse(answer.body) as Result)) }
}

const envelope: Dialect = {
  success: (result) => jsonAnswer(200, { RC: 0, RM: 'OK', result }),
  failure: ({ status, code, message, retryAfter }) =>
    jsonAnswer(status, { RC: status, RM: message, error: { code, message }, retryAfter }),
  revoked: (data) => envelope.success({ data }),
  edit: (answer, change) => editBody(answer, (body) => ({ ...body, result: change(body['result'] as Result) })),
}

const bare: Dialect = {
  success: (result) => jsonAnswer(200, result),
  failure: ({ status, code, message, retryAfter }) =>
    jsonAnswer(status, { error: code, message, RC: status, retryAfter }),
  revoked: (tokens) =>
    bare.success({ success: true, message: 'Token revoked successfully', revokedTokens: tokens.length }),
  edit: editBody,
}

/** Both dialects by the name that the options use. */
export const dialects: Readonly<Record<DialectName, Dialect>> = { envelope, bare }

/** The code that the server usually gives with `status`. */
export function usualCode(status: number): string {
  if (status >= 500) return 'INTERNAL_ERROR'
  const known = Object.entries(statusByCode).find(([, other]) => other === status)
  return known?.[0] ?? 'REQUEST_FAILED'
}
