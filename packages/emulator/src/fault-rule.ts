import type { FaultDetails } from './fault-behaviour.js'
import { checkFaultDetails, wholeNumber } from './fault-checks.js'
import { type FaultKind, faultKinds } from './fault-kinds.js'
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
const fieldsOfRules: Readonly<Record<keyof FaultRule, true>> = {
  match: true,
  kind: true,
  ms: true,
  status: true,
  body: true,
  headers: true,
  retryAfter: true,
  bytes: true,
  expirationDate: true,
  times: true,
}
/** Every field that a rule may have. */
export const ruleFields: readonly string[] = Object.keys(fieldsOfRules)

function isKind(kind: unknown): kind is FaultKind {
  return typeof kind === 'string' && Object.hasOwn(faultKinds, kind)
}

/**
 * Takes a rule from wherever it comes.
 * @throws TypeError that starts with the name of the bad field.
 */
export function checkFaultRule(input: unknown): FaultRule {
  const fields = fieldsOf(input) ?? new Map<string, unknown>()
  const stranger = [...fields.keys()].find((name) => !ruleFields.includes(name))
  if (stranger !== undefined) {
    throw new TypeError(`${stranger} is not a field of a fault; there are ${ruleFields.join(', ')}`)
  }
  const match = fields.get('match')
  if (typeof match !== 'string' || !MATCH.test(match)) {
    throw new TypeError('match must be * or a method and a path without query, such as "POST /admin/clients"')
  }
  const kind = fields.get('kind')
  if (!isKind(kind)) throw new TypeError(`kind must be one of ${Object.keys(faultKinds).join(', ')}`)
  const times = wholeNumber(fields, 'times', 1)
  const details = checkFaultDetails(fields, kind, faultKinds[kind])
  return { match, kind, ...details, ...(times !== undefined && { times }) }
}
