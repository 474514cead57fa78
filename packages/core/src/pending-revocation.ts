import { createHash } from 'node:crypto'
import type { Revocation } from './store/token-store.js'

/** A revocation that waits, as operators may see it: it names no token. */
export interface PendingRevocation {
  readonly userId: string
  /** The first half of the token's SHA-256, in hex; `undefined` when every token of the user is to be revoked. */
  readonly digest: string | undefined
  readonly attempts: number
}

export function pendingRevocation({ userId, token, attempts }: Revocation): PendingRevocation {
  const digest = token === undefined ? undefined : createHash('sha256').update(token).digest('hex').slice(0, 32)
  return { userId, digest, attempts }
}
