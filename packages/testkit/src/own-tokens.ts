import { randomUUID } from 'node:crypto'
import type { User, MintedToken } from '@imkit-auth/core'

const WEEK = 7 * 86_400_000

/** A token that a host app keeps in its session. */
export interface OwnToken extends MintedToken {
  readonly expiresAt: number
}

/** The tokens that a host app gives its sessions by itself: with `external({ token })` they are the chat tokens. */
export class OwnTokens {
  readonly #now: () => number
  readonly #live = new Map<string, { readonly user: User; readonly expiresAt: number }>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** A login: a new token, and the end of the one that the session had before. */
  begin(user: User, before: OwnToken | undefined): OwnToken {
    this.end(before)
    const own = { token: `own-${randomUUID()}`, expiresAt: this.#now() + WEEK }
    this.#live.set(own.token, { user, expiresAt: own.expiresAt })
    return own
  }

  /** A logout. */
  end(own: OwnToken | undefined): void {
    if (own) this.#live.delete(own.token)
  }

  /** The app's own check. */
  find(token: string): User | undefined {
    const found = this.#live.get(token)
    return found && found.expiresAt > this.#now() ? found.user : undefined
  }
}
