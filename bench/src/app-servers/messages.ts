/** What an app server is told to do: that many logins of one user, all at once. */
export interface Logins {
  readonly cache: string
  readonly userId: string
  readonly count: number
}

/** What an app server tells. */
export type AppServerMessage =
  | { readonly kind: 'ready' }
  /** The different tokens that these logins got. */
  | { readonly kind: 'done'; readonly tokens: readonly string[] }
  | { readonly kind: 'failed'; readonly reason: string }
