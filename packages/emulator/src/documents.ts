import type { Client, Clients, ClientToken, Profile } from './clients.js'
import type { RevokedToken } from './dialect.js'

/** A client as the chat server shows it. */
export interface ClientDocument {
  /** The same as `id`: real chat clients read either. */
  readonly _id: string
  readonly id: string
  readonly nickname?: string
  readonly avatarUrl?: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly createdAtMS: number
  readonly updatedAtMS: number
}

/** ISO 8601 in UTC with milliseconds. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** The client as the chat server shows it, without its tokens. */
export function clientDocument({ id, createdAt, updatedAt, ...profile }: Client): ClientDocument {
  return {
    _id: id,
    id,
    ...profile,
    createdAt: isoTime(createdAt),
    updatedAt: isoTime(updatedAt),
    createdAtMS: createdAt,
    updatedAtMS: updatedAt,
  }
}

/** A token as the answer to its revocation shows it. */
export function tokenDocument({ token, createdAt, updatedAt, expiresAt }: ClientToken): RevokedToken {
  return {
    token,
    createdAt: isoTime(createdAt),
    updatedAt: isoTime(updatedAt),
    expirationDate: isoTime(expiresAt),
    expirationDateMS: expiresAt,
  }
}

/** A client with the tokens that are live now, in full, oldest first: what a test looks at. */
export interface LiveClient extends Profile {
  readonly _id: string
  readonly tokens: readonly {
    readonly token: string
    readonly expirationDate: string
    /** Made by the chat server, not assigned by the app. */
    readonly issued: boolean
  }[]
}

/** Every client with its live tokens. */
export function liveClients(clients: Clients): LiveClient[] {
  return Array.from(clients.all(), ({ id, createdAt: _createdAt, updatedAt: _updatedAt, ...profile }) => ({
    _id: id,
    ...profile,
    tokens: clients
      .tokensOf(id)
      .map(({ token, expiresAt, issued }) => ({ token, expirationDate: isoTime(expiresAt), issued })),
  }))
}
