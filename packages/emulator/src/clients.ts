import { Refusal } from './refusal.js'

/** What a client shows of itself; an absent field leaves what is stored. */
export interface Profile {
  readonly nickname?: string
  readonly avatarUrl?: string
}

/** A user of the chat server; times are epoch milliseconds. */
export interface Client extends Profile {
  readonly id: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** A token that is good for one client until `expiresAt`; times are epoch milliseconds. */
export interface ClientToken {
  readonly token: string
  readonly clientId: string
  /** Made by the server itself, not assigned by the app. */
  readonly issued: boolean
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number
}

/** The clients and their tokens: state alone, one step at a time, nothing of HTTP. */
export class Clients {
  readonly #now: () => number
  readonly #singleToken: boolean
  readonly #clients = new Map<string, Client>()
  readonly #tokens = new Map<string, ClientToken>()
  readonly #tokensByClient = new Map<string, Map<string, ClientToken>>()

  constructor(now: () => number, singleToken: boolean) {
    this.#now = now
    this.#singleToken = singleToken
  }

  get size(): number {
    return this.#clients.size
  }

  get(id: string): Client | undefined {
    return this.#clients.get(id)
  }

  /** All clients, oldest first. */
  all(): IterableIterator<Client> {
    return this.#clients.values()
  }

  /** Creates the client or changes the fields that `profile` has. */
  upsert(id: string, profile: Profile): Client {
    const now = this.#now()
    const client = { createdAt: now, ...this.#clients.get(id), ...profile, id, updatedAt: now }
    this.#clients.set(id, client)
    return client
  }

  /** The live token of that value, whoever has it. */
  token(value: string): ClientToken | undefined {
    const found = this.#tokens.get(value)
    if (found && found.expiresAt <= this.#now()) {
      this.#forget(found)
      return undefined
    }
    return found
  }

  /** The live tokens of a client, oldest first. */
  tokensOf(id: string): ClientToken[] {
    const now = this.#now()
    return [...(this.#tokensByClient.get(id)?.values() ?? [])].filter((token) => token.expiresAt > now)
  }

  /**
   * Refuses a token that another client has.
   * @throws Refusal `TOKEN_CONFLICT`.
   */
  assertFree(token: string, id: string): void {
    const owner = this.token(token)?.clientId
    if (owner !== undefined && owner !== id) {
      throw new Refusal('TOKEN_CONFLICT', 'The token belongs to another client')
    }
  }

  /** Makes the token good for the client until `expiresAt`; with single tokens it kills the older ones. */
  bind(id: string, token: string, expiresAt: number, issued: boolean): ClientToken {
    this.assertFree(token, id)
    const now = this.#now()
    const createdAt = this.token(token)?.createdAt ?? now
    this.#prune(id, token, now)
    const bound = { token, clientId: id, issued, createdAt, updatedAt: now, expiresAt }
    this.#tokens.set(token, bound)
    const own = this.#tokensByClient.get(id) ?? new Map<string, ClientToken>()
    this.#tokensByClient.set(id, own.set(token, bound))
    return bound
  }

  /** Ends one live token of the client; undefined when it has no such token. */
  revoke(id: string, token: string): ClientToken | undefined {
    const found = this.token(token)
    if (found?.clientId !== id) return undefined
    this.#forget(found)
    return found
  }

  /** Ends every live token of the client. */
  revokeAll(id: string): ClientToken[] {
    const revoked = this.tokensOf(id)
    for (const token of this.#tokensByClient.get(id)?.values() ?? []) this.#forget(token)
    return revoked
  }

  // Oldest first and no further than the first live token: a client with many tokens costs a login nothing.
  #prune(id: string, keep: string, now: number): void {
    for (const token of this.#tokensByClient.get(id)?.values() ?? []) {
      if (this.#singleToken ? token.token !== keep : token.expiresAt <= now) this.#forget(token)
      else if (!this.#singleToken) return
    }
  }

  #forget(token: ClientToken): void {
    this.#tokens.delete(token.token)
    const own = this.#tokensByClient.get(token.clientId)
    own?.delete(token.token)
    if (own?.size === 0) this.#tokensByClient.delete(token.clientId)
  }
}
