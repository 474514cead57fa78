import type { User } from '@imkit-auth/core'

/** Whose token it is, or why it is refused: in our own words, for logs, and never for the caller. */
export type Verdict =
  | { readonly user: User; readonly refused?: never }
  | { readonly user?: never; readonly refused: string }

/** Decides about chat tokens. Made by `createVerifier`, `remoteJwks`, `introspection` or `verifyWith`. */
export interface Verifier {
  /** Rejects when it cannot be decided now, such as when the store cannot be read: nobody is let in then. */
  verify(token: string): Promise<Verdict>
  /** Rejects while nothing can be decided. */
  ready(): Promise<void>
  /** The public keys, when tokens are signed with keys that have one. */
  jwks?(): Promise<{ readonly keys: readonly object[] }>
}

/** What a token may look like at most: it has to fit into a header. In characters. */
export const MAX_TOKEN_LENGTH = 8_192

export function refuse(why: string): Verdict {
  return { refused: why }
}
