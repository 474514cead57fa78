/** How far the chat server's clock and ours may be apart before an expired token is safe to forget. In ms. */
export const CLOCK_SKEW: number = 10 * 60_000

/** A token that the chat server accepts, as far as we know. */
export interface LiveToken {
  readonly token: string
  /** Epoch ms. */
  readonly expiresAt: number
  /** How long before its end a login tries to obtain a new one, at most: half of its life. In whole ms. */
  readonly renewBefore: number
  /** The host session it was obtained for, when each session has a token of its own. */
  readonly session?: string | undefined
  /** Epoch ms until which an earlier, ambiguous send of this very token may still reach the server. */
  readonly settlesAt?: number | undefined
  /** When the lease was taken under which it was obtained, in epoch ms: only stores in which a logout may come late keep it. */
  readonly beganAt?: number | undefined
  /** The chat server was never told of it: there is nothing to revoke there. */
  readonly external?: boolean | undefined
}

/** Whether it may be handed out. */
export function isLive(token: LiveToken | undefined, now: number): token is LiveToken {
  return token !== undefined && token.expiresAt > now
}

/** Whether it may be handed out without looking for a new one. `renewBefore` (in ms) is what this process is set to. */
export function isFresh(token: LiveToken | undefined, now: number, renewBefore: number): token is LiveToken {
  return token !== undefined && token.expiresAt - Math.min(token.renewBefore, renewBefore) > now
}
