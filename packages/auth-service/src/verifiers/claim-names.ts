import { assertUser, ChatTokenError } from '@imkit-auth/core'
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
  return asUser({ id: read(id), nickname: text(nickname), avatarUrl: text(avatarUrl) })
}

/** Somebody else's word for who it is, if it is a user that the chat can have. Databases say null for what is not there. */
export function asUser(found: unknown): Verdict {
  try {
    if (typeof found !== 'object' || found === null) assertUser(found)
    const { id, nickname, avatarUrl } = found as Record<string, unknown>
    const user = { id, nickname: nickname ?? undefined, avatarUrl: avatarUrl ?? undefined }
    assertUser(user)
    return { user }
  } catch (error) {
    return refuse(error instanceof ChatTokenError ? `it is nobody’s: ${error.message}` : 'it is nobody’s')
  }
}
