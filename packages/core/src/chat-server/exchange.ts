import type { Deadline } from '../deadline.js'
import { ChatTokenError } from '../errors.js'

export interface ChatServerRequest {
  readonly method: 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body: object | undefined
}

export interface ChatServerReply {
  readonly status: number
  readonly retryAfterHeader: string | undefined
  /** The `Date` header. */
  readonly date: string | undefined
  readonly text: string
}

/** A request as it is handed to whoever sends it. */
export interface Carried {
  readonly origin: string
  readonly method: ChatServerRequest['method']
  /** With the prefix of serverUrl, percent-encoded. */
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string | null
  readonly signal: AbortSignal
}

export interface CarriedReply {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: AsyncIterable<Uint8Array>
}

/** All that is used of undici's `Dispatcher`. */
export interface Carrier {
  request(request: Carried): Promise<CarriedReply>
}

/** An answer never needs more; anything larger is cut off. In bytes. */
const MAX_ANSWER_BYTES = 64 * 1024

/** Failures that happen before a request could reach the chat server: it has not acted and the call may be repeated. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * One request and its whole answer, within one deadline. Redirects are not followed, nothing is decompressed, and every
 * failure is a fresh error: what the HTTP client says may quote the API key.
 */
export async function exchange(
  dispatcher: Carrier,
  origin: string,
  apiKey: string,
  request: ChatServerRequest,
  deadline: Deadline,
): Promise<ChatServerReply> {
  if (deadline.passed) throw outOfTime(false)
  const abort = new AbortController()
  const unschedule = deadline.schedule(() => abort.abort())
  try {
    const { statusCode, headers, body } = await dispatcher.request({
      origin,
      method: request.method,
      path: request.path,
      headers: {
        'im-api-key': apiKey,
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      signal: abort.signal,
    })
    const text = await readText(body)
    // After an event-loop stall the abort signal comes too late; this clock does not.
    if (deadline.passed) throw outOfTime(true)
    return {
      status: statusCode,
      retryAfterHeader: single(headers['retry-after']),
      date: single(headers['date']),
      text,
    }
  } catch (error) {
    if (error instanceof ChatTokenError) throw error
    if (deadline.passed) throw outOfTime(true)
    throw unreachable(!NEVER_SENT.has(codeOf(error)))
  } finally {
    unschedule()
  }
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) {
      throw new ChatTokenError('UNAVAILABLE', 'The chat server sent an answer far larger than any it should send.', {
        ambiguous: true,
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}

function outOfTime(ambiguous: boolean): ChatTokenError {
  return new ChatTokenError('UNAVAILABLE', 'The chat server did not answer within the deadline.', { ambiguous })
}

function unreachable(ambiguous: boolean): ChatTokenError {
  const what = ambiguous ? 'The connection to the chat server broke.' : 'The chat server cannot be reached.'
  return new ChatTokenError('UNAVAILABLE', `${what} Is serverUrl right, and is the server up?`, { ambiguous })
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}
