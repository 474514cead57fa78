import type { Revocation } from './store/token-store.js'
import { tokenDigest } from './token-digest.js'

/** A revocation that waits, as operators may see it: it names no token. */
export interface PendingRevocation {
  readonly userId: string
  /** Its `tokenDigest`; `undefined` when every token of the user is to be revoked. */
  readonly digest: string | undefined
  readonly attempts: number
}

export function pendingRevocation({ userId, token, attempts }: Revocation): PendingRevocation {
  const digest = token === undefined ? undefined : tokenDigest(token)
  return { userId, digest, attempts }
}
