/** What an auth service can tell. Tokens appear by their `tokenDigest`, and nothing else of a request does. */
export type ServiceEvent =
  /** A token was found good. */
  | { readonly type: 'verified'; readonly token: string }
  /** A token was refused, and why. The caller is not told. */
  | { readonly type: 'refused'; readonly token: string; readonly why: string }
  /** It could not be decided: the caller was answered 503. */
  | { readonly type: 'unavailable'; readonly why: string }
  /** Somebody called without the secret. */
  | { readonly type: 'callerRefused'; readonly address: string | undefined }
  /** A caller asked too often, and was answered 429. */
  | { readonly type: 'limited'; readonly address: string | undefined }
  /** A token was signed for a user. */
  | { readonly type: 'signed'; readonly userId: string }
