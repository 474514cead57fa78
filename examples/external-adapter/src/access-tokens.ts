import { randomBytes } from 'node:crypto'

/** A token that the app gave a session. */
export interface AccessToken {
  readonly token: string
  /** Epoch ms. */
  readonly expiresAt: number
}

interface User {
  readonly id: string
  readonly name: string
}

const LIFE = 3_600_000

/** The app's own tokens, which it had before there was a chat. A real app keeps them in its database. */
export class AccessTokens {
  readonly #users = new Map<string, User & { readonly expiresAt: number }>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  give(user: User): AccessToken {
    const access = { token: randomBytes(32).toString('base64url'), expiresAt: this.#now() + LIFE }
    this.#users.set(access.token, { ...user, expiresAt: access.expiresAt })
    return access
  }

  take(token: string | undefined): void {
    this.#users.delete(token ?? '')
  }

  userOf(token: string): User | undefined {
    const found = this.#users.get(token)
    return found && found.expiresAt > this.#now() ? found : undefined
  }
}
