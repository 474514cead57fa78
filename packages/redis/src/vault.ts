import { createHash } from 'node:crypto'
import type { LiveToken } from '@imkit-auth/core'
import type { StoredToken } from './record.js'
import type { Sealer } from './sealer.js'

interface Profile {
  readonly nickname: string | undefined
  readonly avatarUrl: string | undefined
}

/** How often it is reported that something does not open, in ms. */
const INTERVAL = 60_000

/** What the life cycle stores, in the form in which it is stored. What does not open counts as absent, and is reported. */
export class Vault {
  readonly #sealer: Sealer
  readonly #space: string
  readonly #warn: (message: string) => void
  #warnedAt = -Infinity

  constructor(sealer: Sealer, space: string, warn: (message: string) => void) {
    this.#sealer = sealer
    this.#space = space
    this.#warn = warn
  }

  /** What scripts know a token or a session by. */
  digest(text: string): string {
    return createHash('sha256').update(text).digest('base64url').slice(0, 22)
  }

  seal(userId: string, text: string): string {
    return this.#sealer.seal(text, `${this.#space} ${userId}`)
  }

  open(userId: string, value: string): string | undefined {
    const text = this.#sealer.open(value, `${this.#space} ${userId}`)
    if (text === undefined) this.#report()
    return text
  }

  sealToken(userId: string, { token, expiresAt, renewBefore, session, external }: LiveToken): StoredToken {
    const plain = { id: this.digest(token), value: this.seal(userId, token), expiresAt, renewBefore }
    const stored = external ? { ...plain, external } : plain
    return session === undefined ? stored : { ...stored, session: this.digest(session) }
  }

  openToken(userId: string, { value, expiresAt, renewBefore }: StoredToken): LiveToken | undefined {
    const token = this.open(userId, value)
    return token === undefined ? undefined : { token, expiresAt, renewBefore }
  }

  sealProfile(userId: string, { nickname, avatarUrl }: Profile): string {
    return this.seal(userId, JSON.stringify([nickname, avatarUrl]))
  }

  openProfile(userId: string, value: string | undefined): Profile {
    const text = value === undefined ? undefined : this.open(userId, value)
    const [nickname, avatarUrl] = text === undefined ? [] : (JSON.parse(text) as (string | null)[])
    return { nickname: nickname ?? undefined, avatarUrl: avatarUrl ?? undefined }
  }

  #report(): void {
    const now = performance.now()
    if (now - this.#warnedAt < INTERVAL) return
    this.#warnedAt = now
    this.#warn(
      'a token in Redis does not open and counts as absent: does encryptionKeys lack a key it was sealed with?',
    )
  }
}
