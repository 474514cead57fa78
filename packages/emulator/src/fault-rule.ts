import { validateHeaderName, validateHeaderValue } from 'node:http'
import { type FaultDetails, type FaultKind, faultKinds } from './fault-kinds.js'
import { fieldsOf } from './request-body.js'

/** What shall go wrong, and with which requests. */
export interface FaultRule extends FaultDetails {
  /**
   * Method, space and path, such as `POST /admin/clients`; `*` stands for any method and for any one segment of the
   * path. A lone `*` is every request.
   */
  readonly match: string
  readonly kind: FaultKind
  /** How many requests it meets. @default all, until the faults are cleared */
  readonly times?: number
}

const MATCH = /^(?:\*|(?:\*|[A-Z]+) \/[^\s?#]*)$/
const names = new Set(['match', 'kind', 'ms', 'status', 'body', 'headers', 'times'])

function isKind(kind: unknown): kind is FaultKind {
  return typeof kind === 'string' && Object.hasOwn(faultKinds, kind)
}

function whole(value: unknown, name: string, min: number, max: number): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  throw new TypeError(`${name} must be a whole number from ${min} to ${max}`)
}

function headersOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return undefined
  const fields = fieldsOf(value)
  if (!fields) throw new TypeError('headers must be an object of strings')
  const headers = Array.from(fields, ([name, text]): [string, string] => {
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

/**
 * Takes a rule from wherever it comes.
 * @throws TypeError that starts with the name of the bad field.
 */
export function checkFaultRule(input: unknown): FaultRule {
  const fields = fieldsOf(input) ?? new Map<string, unknown>()
  const stranger = [...fields.keys()].find((name) => !names.has(name))
  if (stranger !== undefined) {
    throw new TypeError(`${stranger} is not a field of a fault; there are ${[...names].join(', ')}`)
  }
  const match = fields.get('match')
  if (typeof match !== 'string' || !MATCH.test(match)) {
    throw new TypeError('match must be * or a method and a path without query, such as "POST /admin/clients"')
  }
  const kind = fields.get('kind')
  if (!isKind(kind)) throw new TypeError(`kind must be one of ${Object.keys(faultKinds).join(', ')}`)
  const ms = whole(fields.get('ms'), 'ms', 0, Number.MAX_SAFE_INTEGER)
  if (ms === undefined && faultKinds[kind].waits) throw new TypeError(`ms is needed by a fault of kind ${kind}`)
  const status = whole(fields.get('status'), 'status', 200, 599)
  const times = whole(fields.get('times'), 'times', 1, Number.MAX_SAFE_INTEGER)
  const headers = headersOf(fields.get('headers'))
  return {
    match,
    kind,
    body: fields.get('body'),
    ...(ms !== undefined && { ms }),
    ...(status !== undefined && { status }),
    ...(times !== undefined && { times }),
    ...(headers && { headers }),
  }
}
