import type { Profile } from './clients.js'
import { Refusal } from './refusal.js'
import type { Fields } from './request-body.js'

const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

function text(fields: Fields, name: string): string | undefined {
  const value = fields.get(name)
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw new Refusal('INVALID_REQUEST', `${name} must be a string`)
  return value
}

/** The id of a client. @throws Refusal `INVALID_REQUEST` unless it is a non-empty string. */
export function readId(fields: Fields, name: '_id' | 'id' = '_id'): string {
  if (!fields.has(name)) throw new Refusal('INVALID_REQUEST', `Missing required field: ${name}`)
  const id = text(fields, name)
  if (!id) throw new Refusal('INVALID_REQUEST', `${name} must be a non-empty string`)
  return id
}

/** The profile fields that are there. @throws Refusal `INVALID_REQUEST`, also for no `nickname` where it is required. */
export function readProfile(fields: Fields, nicknameRequired: boolean): Profile {
  const nickname = text(fields, 'nickname')
  const avatarUrl = text(fields, 'avatarUrl')
  if (nicknameRequired && !nickname) throw new Refusal('INVALID_REQUEST', 'Missing required field: nickname')
  return { ...(nickname !== undefined && { nickname }), ...(avatarUrl !== undefined && { avatarUrl }) }
}

/** A token chosen by the app. @throws Refusal `INVALID_TOKEN` unless it is a non-empty string. */
export function readToken(fields: Fields): string {
  const token = fields.get('token')
  if (typeof token !== 'string' || token === '') {
    throw new Refusal('INVALID_TOKEN', 'token must be a non-empty string')
  }
  return token
}

/** `expirationDate` in epoch milliseconds, or undefined. @throws Refusal `INVALID_REQUEST` unless it is ISO 8601 and after `now`. */
export function readExpiration(fields: Fields, now: number): number | undefined {
  const date = text(fields, 'expirationDate')
  if (date === undefined) return undefined
  const time = ISO_8601.test(date) ? Date.parse(date) : Number.NaN
  if (Number.isNaN(time)) {
    throw new Refusal('INVALID_REQUEST', 'expirationDate must be an ISO 8601 time such as 2030-01-31T12:00:00.000Z')
  }
  if (time <= now) throw new Refusal('INVALID_REQUEST', 'expirationDate is in the past')
  return time
}

/** Whether the server shall make a token; undefined when the body does not say. @throws Refusal `INVALID_REQUEST`. */
export function readIssue(fields: Fields): boolean | undefined {
  const issue = fields.get('issueAccessToken')
  if (issue === undefined || typeof issue === 'boolean') return issue
  throw new Refusal('INVALID_REQUEST', 'issueAccessToken must be true or false')
}
