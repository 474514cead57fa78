/** What the scripts know about a user. Lists that are empty are left out. Times are epoch ms, and sessions are digests. */
export interface StoredRecord {
  readonly epoch: number
  /** Nickname and picture: JSON, maybe sealed. */
  readonly profile?: string
  readonly tokens?: readonly StoredToken[]
  readonly outbox?: readonly StoredRevocation[]
  /** The ids of minted tokens that were reported invalid. */
  readonly denied?: readonly { readonly id: string; readonly untilTime: number }[]
  readonly tombstones?: readonly { readonly session: string; readonly untilTime: number }[]
}

export interface StoredToken {
  /** The token's digest. */
  readonly id: string
  /** The token, maybe sealed. */
  readonly value: string
  readonly expiresAt: number
  readonly renewBefore: number
  readonly session?: string
  readonly settlesAt?: number
  /** The chat server was never told of it. */
  readonly external?: boolean
}

export interface StoredRevocation {
  readonly id: string
  /** The token, maybe sealed; absent when every token of the user is to be revoked. */
  readonly value?: string
  readonly attempts: number
  readonly claim?: number
}

/** A list that may have passed through Lua, where an empty one and an empty object are the same. */
export function list<T>(value: readonly T[] | object | undefined): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : []
}
