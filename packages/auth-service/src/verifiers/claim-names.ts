import { ChatTokenError, toUser } from '@imkit-auth/core'
import { refuse, type Verdict } from '../verifier.js'

/** Which claims of somebody else's token say who the chat user is. */
export interface ClaimNames {
  /** Must be the id under which the app knows its users: the same one that `identify` returns. @default 'sub' */
  readonly id?: string
  /** @default 'name' */
  readonly nickname?: string
  /** @default 'picture' */
  readonly avatarUrl?: string
}

/** The user that these claims mean. */
export function userFrom(claims: object, names: ClaimNames = {}): Verdict {
  const { id = 'sub', nickname = 'name', avatarUrl = 'picture' } = names
  const read = (name: string): unknown => (Object.hasOwn(claims, name) ? Reflect.get(claims, name) : undefined)
  const text = (name: string) => (typeof read(name) === 'string' ? read(name) : undefined)
  // A number in a claim may not be the one that was meant: JSON knows no large ones.
  if (typeof read(id) !== 'string') return refuse('it is nobody’s: its id is no text')
  return asUser({ id: read(id), nickname: text(nickname), avatarUrl: text(avatarUrl) })
}

/** The user whom a provider or the app names, if the chat can have them. */
export function asUser(found: unknown): Verdict {
  try {
    return { user: toUser(found) }
  } catch (error) {
    return refuse(error instanceof ChatTokenError ? `it is nobody’s: ${error.message}` : 'it is nobody’s')
  }
}
