import type { ChatRequest } from './chat-request.js'
import { createShortener } from './shorten.js'

const KEPT = 10_000
const LARGEST_BODY_BYTES = 65_536

/** A request to the chat port, its secrets shortened. */
export interface LoggedRequest {
  /** 1 for the first request since the start or the last reset. */
  readonly n: number
  /** Epoch milliseconds by the emulator's clock. */
  readonly at: number
  readonly method: string
  /** As sent, without the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** The JSON value; null when there was none, a note when it was large or not JSON. */
  readonly body: unknown
  /** null while it is unanswered, 0 when it was left without an answer. */
  readonly status: number | null
  /** Kind of the fault that met the request. */
  readonly fault?: string
}

/** The line of one request, written while the request goes on. */
export interface LogLine {
  received(body: ChatRequest['body']): void
  /** Only the first call counts. */
  ended(status: number): void
}

/** The last 10,000 requests, oldest first. */
export interface RequestLog {
  open(request: Omit<ChatRequest, 'body'>, at: number, fault: string | undefined): LogLine
  /** Those after number `since`. */
  after(since: number): LoggedRequest[]
}

const snapshot = (line: LoggedRequest): LoggedRequest => ({ ...line })

/** An empty log that never shows these secrets. */
export function createRequestLog(secrets: readonly string[]): RequestLog {
  const shortener = createShortener(secrets)
  const lines: { -readonly [Key in keyof LoggedRequest]: LoggedRequest[Key] }[] = []
  let count = 0

  function shownBody({ bytes, state, value }: ChatRequest['body']): unknown {
    if (state === 'empty') return null
    if (state !== 'json') return `… (${bytes} bytes, ${state})`
    return bytes > LARGEST_BODY_BYTES ? `… (${bytes} bytes)` : shortener.json(value)
  }

  return {
    open({ method, target, headers }, at, fault) {
      count += 1
      const line = {
        n: count,
        at,
        method,
        path: shortener.text(target.path),
        headers: shortener.headers(headers),
        body: null as unknown,
        status: null as number | null,
        ...(fault !== undefined && { fault }),
      }
      lines.push(line)
      if (lines.length >= 2 * KEPT) lines.splice(0, lines.length - KEPT)
      return {
        received(body) {
          line.body = shownBody(body)
        },
        ended(status) {
          line.status ??= status
        },
      }
    },
    after: (since) =>
      lines
        .slice(-KEPT)
        .filter((line) => line.n > since)
        .map(snapshot),
  }
}
