import { createHash } from 'node:crypto'

/** What logs and operators know a token by: the first half of its SHA-256, in hex. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 32)
}
