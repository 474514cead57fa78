import { validateHeaderName, validateHeaderValue } from 'node:http'
import { type BadExpiration, badExpirations } from './bad-expiration.js'
import type { FaultBehaviour, FaultDetails } from './fault-behaviour.js'
import { type Fields, fieldsOf } from './request-body.js'

const MAX = Number.MAX_SAFE_INTEGER
const LONGEST_SHIFT = 36_500 * 86_400_000

/** The number in that field, if it is there. @throws TypeError unless it is a whole one in that range. */
export function wholeNumber(fields: Fields, name: string, min: number, max: number = MAX): number | undefined {
  const value = fields.get(name)
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  throw new TypeError(`${name} must be a whole number from ${min} to ${max}`)
}

function msOf(fields: Fields, kind: string, use: FaultBehaviour['ms']): number | undefined {
  if (use && !fields.has('ms')) throw new TypeError(`ms is needed by a fault of kind ${kind}`)
  return use === 'shift' ? wholeNumber(fields, 'ms', -LONGEST_SHIFT, LONGEST_SHIFT) : wholeNumber(fields, 'ms', 0)
}

function statusOf(fields: Fields, kind: string, statuses: readonly number[] | undefined): number | undefined {
  const status = wholeNumber(fields, 'status', 200, 599)
  if (status === undefined || !statuses || statuses.includes(status)) return status
  throw new TypeError(`status must be one of ${statuses.join(', ')} for a fault of kind ${kind}`)
}

function headersOf(fields: Fields): Readonly<Record<string, string>> | undefined {
  const value = fields.get('headers')
  if (value === undefined) return undefined
  const given = fieldsOf(value)
  if (!given) throw new TypeError('headers must be an object of strings')
  const headers = Array.from(given, ([name, text]): [string, string] => {
    if (typeof text !== 'string') throw new TypeError(`headers: ${name} must be a string`)
    try {
      validateHeaderName(name)
      validateHeaderValue(name, text)
    } catch {
      throw new TypeError(`headers: ${name} is not a header that can be sent`)
    }
    return [name, text]
  })
  return Object.fromEntries(headers)
}

function retryAfterOf(fields: Fields): number | null | undefined {
  const value = fields.get('retryAfter')
  if (value === undefined || value === null || (typeof value === 'number' && Number.isFinite(value))) return value
  throw new TypeError('retryAfter must be a number of seconds, or null for none')
}

const isBadExpiration = (value: unknown): value is BadExpiration =>
  typeof value === 'string' && Object.hasOwn(badExpirations, value)

function expirationDateOf(fields: Fields): BadExpiration | undefined {
  const value = fields.get('expirationDate')
  if (value === undefined || isBadExpiration(value)) return value
  throw new TypeError(`expirationDate must be one of ${Object.keys(badExpirations).join(', ')}`)
}

/**
 * The details of a fault of that kind; those that do not matter to it are checked all the same.
 * @throws TypeError that starts with the name of the bad field.
 */
export function checkFaultDetails(fields: Fields, kind: string, behaviour: FaultBehaviour): FaultDetails {
  const details = {
    ms: msOf(fields, kind, behaviour.ms),
    status: statusOf(fields, kind, behaviour.statuses),
    body: fields.get('body'),
    headers: headersOf(fields),
    retryAfter: retryAfterOf(fields),
    bytes: wholeNumber(fields, 'bytes', 1),
    expirationDate: expirationDateOf(fields),
  }
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)) as FaultDetails
}
