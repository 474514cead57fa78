import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.js'

/** Largest request body that is read, in bytes. */
export const MAX_BODY_BYTES = 1_048_576

/** A request body that has been received to its end. */
export interface RequestBody {
  readonly bytes: number
  /** `oversized` was received but not kept. */
  readonly state: 'empty' | 'json' | 'malformed' | 'oversized'
  readonly value: unknown
}

/** What came as `content`: JSON or not. */
export function parseBody(content: string | Buffer): RequestBody {
  const bytes = Buffer.byteLength(content)
  if (bytes === 0) return { bytes, state: 'empty', value: undefined }
  if (bytes > MAX_BODY_BYTES) return { bytes, state: 'oversized', value: undefined }
  try {
    return { bytes, state: 'json', value: JSON.parse(content.toString()) }
  } catch {
    return { bytes, state: 'malformed', value: undefined }
  }
}

/** Receives the body; rejects when the client goes away before its end. */
export async function receiveBody(request: IncomingMessage): Promise<RequestBody> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
    else chunks.length = 0
  }
  return bytes > MAX_BODY_BYTES ? { bytes, state: 'oversized', value: undefined } : parseBody(Buffer.concat(chunks))
}

/** The fields of a JSON object; read them with {@link field}. */
export type Fields = ReadonlyMap<string, unknown>

/** The fields of `value` if it is a JSON object. */
export function fieldsOf(value: unknown): Fields | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return new Map(Object.entries(value))
}

/**
 * The fields of a body that must be a JSON object; none for an empty body.
 * @throws Refusal `INVALID_REQUEST` or `REQUEST_TOO_LARGE`.
 */
export function bodyFields(body: RequestBody): Fields {
  if (body.state === 'empty') return new Map()
  if (body.state === 'oversized') {
    throw new Refusal('REQUEST_TOO_LARGE', `The request body is larger than ${MAX_BODY_BYTES} bytes`)
  }
  const fields = fieldsOf(body.value)
  if (!fields) throw new Refusal('INVALID_REQUEST', 'The request body must be a JSON object')
  return fields
}
