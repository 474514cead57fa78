/** How far the chat server's clock is ahead of ours at least, in ms; negative when it is behind. */
export interface ServerClock {
  readonly aheadMs: number
  /** Our time when the answer came, in epoch ms. */
  readonly now: number
}

/** An HTTP date has whole seconds. */
const SECOND = 1_000

/**
 * Compares the `Date` of an answer with our clock. It was written at some moment between sending and receiving; as long as
 * that can be true, the clocks agree. Otherwise the server is taken to be as far ahead as it may be, so that no
 * token is ever used too long.
 */
export function serverClock(date: string | undefined, sentAt: number, receivedAt: number): ServerClock {
  const written = date === undefined ? Number.NaN : Date.parse(date)
  const atLeast = written - receivedAt
  const atMost = written + SECOND - sentAt
  const agree = Number.isNaN(written) || (atLeast <= 0 && atMost >= 0)
  return { aheadMs: agree ? 0 : atMost, now: receivedAt }
}
