import { headerOf, type RequestHeaders } from './request-headers.js'

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/

/** Checks `allowedHeaders` once. @throws TypeError for what is no header's name. */
export function headerNames(names: readonly string[] | undefined): readonly string[] | undefined {
  if (names === undefined) return undefined
  if (Array.isArray(names) && names.every((name: unknown) => typeof name === 'string' && TOKEN.test(name))) return names
  throw new TypeError('allowedHeaders must hold names of headers, such as ["content-type", "x-csrf-token"]')
}

/** What lets a page of a listed origin read the answer, and send its own headers with the request. */
export function corsHeaders(
  origin: string,
  headers: RequestHeaders,
  allowedHeaders: readonly string[] | undefined,
): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': ['content-type', ...(allowedHeaders ?? askedFor(headers))].join(', '),
    'access-control-expose-headers': 'retry-after',
  }
}

/** The headers that a preflight asks for. The origin is listed, and what its pages send is for the app to judge. */
function askedFor(headers: RequestHeaders): readonly string[] {
  const names = headerOf(headers, 'access-control-request-headers')?.split(',') ?? []
  return names.map((name) => name.trim()).filter((name) => TOKEN.test(name) && name.toLowerCase() !== 'content-type')
}
