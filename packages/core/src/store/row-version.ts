import { randomFillSync } from 'node:crypto'

const RANDOM_BYTES = 6
const pool = Buffer.alloc(RANDOM_BYTES * 512)
let used = pool.length

/** A version that is higher than the last one (`''`: there is none), and that nobody else makes: six bytes that grow, and six random ones. */
export function versionAfter(last: string, now: number): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const bytes = Buffer.alloc(12)
  bytes.writeUIntBE(Math.max(numberOf(last) + 1, Math.floor(now)), 0, 6)
  used += pool.copy(bytes, 6, used, used + RANDOM_BYTES)
  return bytes.toString('base64url')
}

/** Whether a row with that version was written before one with the other. */
export function isOlder(version: string, than: string): boolean {
  return numberOf(version) < numberOf(than)
}

/** No clock says so much: only a hostile hand writes it. */
const TOO_HIGH = 2 ** 47

function numberOf(version: string): number {
  const bytes = Buffer.from(version.slice(0, 8), 'base64url')
  const number = bytes.length < 6 ? 0 : bytes.readUIntBE(0, 6)
  return number < TOO_HIGH ? number : 0
}
