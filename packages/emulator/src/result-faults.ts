import { dated } from './answer.js'
import { badExpirations } from './bad-expiration.js'
import type { Result } from './dialect.js'
import { isoTime } from './documents.js'
import type { FaultTable } from './fault-behaviour.js'

/** Faults of what the answer says, made after acting; a refusal, and what the answer does not have, stay as they are. */
export type ResultFault = 'bad-expiration' | 'wrong-id' | 'no-token' | 'clock-skew'

/** `result` with these of its text fields replaced. */
function replaced(result: Result, names: readonly string[], change: (value: string) => string): Result {
  return Object.fromEntries(
    Object.entries(result).map(([name, value]) => [
      name,
      names.includes(name) && typeof value === 'string' ? change(value) : value,
    ]),
  )
}

function withoutToken({ token: _token, ...rest }: Result): Result {
  return rest
}

/** An issue dated `ms` later; an end that the app chose is only repeated by the server, whatever its clock. */
function shifted(result: Result, ms: number): Result {
  const { exp } = result
  if (result['issueAccessToken'] !== true && typeof exp !== 'number') return result
  const later = replaced(result, ['expirationDate'], (date) => isoTime(Date.parse(date) + ms))
  return typeof exp === 'number' ? { ...later, exp: exp + Math.floor(ms / 1000) } : later
}

/** What each {@link ResultFault} does. */
export const resultFaults: FaultTable<ResultFault> = {
  'bad-expiration': {
    apply(exchange, { expirationDate = 'invalid' }) {
      const spoil = (date: string): string => badExpirations[expirationDate](date, exchange.now())
      exchange.answer(exchange.dialect.edit(exchange.act(), (result) => replaced(result, ['expirationDate'], spoil)))
    },
  },
  'wrong-id': {
    apply: (exchange) =>
      exchange.answer(
        exchange.dialect.edit(exchange.act(), (result) => replaced(result, ['_id', 'id'], (id) => `not-${id}`)),
      ),
  },
  'no-token': {
    apply: (exchange) => exchange.answer(exchange.dialect.edit(exchange.act(), withoutToken)),
  },
  'clock-skew': {
    ms: 'shift',
    apply(exchange, { ms = 0 }) {
      const answer = exchange.dialect.edit(exchange.act(), (result) => shifted(result, ms))
      exchange.answer(dated(answer, exchange.now() + ms))
    },
  },
}
