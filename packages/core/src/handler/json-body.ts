import { Readable } from 'node:stream'
import { headerOf, pseudoHeader, type RequestHeaders } from './request-headers.js'

/** The body of an HTTP request, as a framework has it. */
export interface RequestBody {
  /** What a body parser made of it (an object, a text or bytes), or `undefined` when none ran; then `stream` is read. */
  readonly body: unknown
  /** The request itself, where it is one of Node's; the body of a web-standard one, `null` without any. */
  readonly stream: BodyStream | null | undefined
  /** They tell whether a stream that was read before had held anything. */
  readonly headers?: RequestHeaders
}

/** What a body is read from. Node's requests know how to be left half read. */
export interface BodyStream extends AsyncIterable<Uint8Array> {
  iterator?(options: { destroyOnReturn: boolean }): AsyncIterable<Uint8Array>
  resume?(): unknown
  readonly headers?: RequestHeaders
}

/** A body that cannot be used, and the status that says so. */
export class UnusableBody {
  constructor(
    readonly status: number,
    readonly message: string,
  ) {}
}

/** The body as JSON: what a body parser made of it, or read here, up to so many bytes. An empty one means `{}`. */
export async function jsonBody(request: RequestBody, maxBytes: number): Promise<unknown> {
  const { body, stream } = request
  const bytes = bytesOf(body)
  if (bytes !== undefined) return parsedJson(bytes, maxBytes)
  const nothing = body === undefined || body === null
  if (!nothing && !isEmpty(body)) return body
  if (!stream) return {}
  // A parser may leave `{}` on what is not of its type, as those of Express 4 and Koa do: then it has not been read.
  if (!wasRead(stream)) return readJson(stream, maxBytes)
  if (nothing ? mayHaveHadOne(request) : hadMoreThan(request, '{}'.length)) {
    return new UnusableBody(400, 'The body was read before, and not as JSON. Put the JSON body parser first, or none.')
  }
  return {}
}

function bytesOf(body: unknown): Buffer | undefined {
  if (typeof body === 'string') return Buffer.from(body)
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  return body instanceof ArrayBuffer ? Buffer.from(body) : undefined
}

function isEmpty(body: unknown): boolean {
  return isRecord(body) && Object.keys(body).length === 0
}

/** What a parser made of a JSON object or a form; not a list, nor what only some class can read. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]'
}

/** Node's streams and the web's alike. */
function wasRead(stream: BodyStream): boolean {
  return Readable.isDisturbed(stream as unknown as Readable)
}

/** A request that was made by hand, without headers, may have had one. */
function mayHaveHadOne({ stream, headers = stream?.headers }: RequestBody): boolean {
  // A web-standard request without a body has no stream.
  if (!headers || (stream && 'getReader' in stream)) return true
  const length = headerOf(headers, 'content-length')
  if (length !== undefined) return Number(length) > 0
  // With HTTP/2 a body need not be announced.
  return headerOf(headers, 'transfer-encoding') !== undefined || pseudoHeader(headers, ':authority') !== undefined
}

/** Whether what a parser called `{}` was certainly something else. */
function hadMoreThan({ stream, headers = stream?.headers }: RequestBody, bytes: number): boolean {
  if (!headers || headerOf(headers, 'content-encoding') !== undefined) return false
  return Number(headerOf(headers, 'content-length') ?? 0) > bytes
}

async function readJson(stream: BodyStream, maxBytes: number): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    // One of Node's that is destroyed half read would block its connection, and so every later request on it.
    for await (const chunk of stream.iterator?.({ destroyOnReturn: false }) ?? stream) {
      size += chunk.length
      if (size > maxBytes) break
      chunks.push(chunk)
    }
  } catch {
    return new UnusableBody(400, 'The body did not arrive.')
  }
  if (size <= maxBytes) return parsedJson(Buffer.concat(chunks), maxBytes)
  // The rest is thrown away.
  stream.resume?.()
  return tooLarge(maxBytes)
}

function parsedJson(bytes: Buffer, maxBytes: number): unknown {
  if (bytes.length > maxBytes) return tooLarge(maxBytes)
  const text = bytes.toString('utf8').trim()
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return new UnusableBody(400, 'The body is not JSON.')
  }
}

function tooLarge(maxBytes: number): UnusableBody {
  return new UnusableBody(413, `The body is larger than ${maxBytes / 1024} KiB.`)
}
