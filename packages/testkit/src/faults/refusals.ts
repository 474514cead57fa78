import { type Details, type Fault, inPlace } from './fault.js'

type Extra = Omit<Details, 'kind' | 'status'>

const status = (code: number, what = '', extra: Extra = {}, lies = false): Fault =>
  inPlace(`${code}${what && ` ${what}`}`, { kind: 'status', status: code, ...extra }, lies)
const html = (code: number): Fault => inPlace(`${code} with a page of a proxy`, { kind: 'html', status: code })
const body = (value: unknown): Extra => ({ body: value })
const header = (name: string, value: string): Extra => ({ body: '', headers: { [name]: value } })

/** Answers with a status that says no, in every dialect that chat servers and proxies have. */
export const refusals: readonly Fault[] = [
  ...[400, 401, 402, 403, 405, 406, 408, 410, 411, 413, 414, 415, 418, 422, 425, 428, 431, 451].map((c) => status(c)),
  ...[500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 522, 599].map((c) => status(c)),
  ...[403, 404, 429, 500, 502, 503].map(html),
  status(400, 'with an empty body', body('')),
  status(401, 'whose body says success', body({ RC: 0, RM: 'OK', result: {} })),
  status(500, 'whose body says success', body({ RC: 0, RM: 'OK', result: {} })),
  status(404, 'with an empty body', body('')),
  status(404, 'of a route that is not there', body({ error: 'NOT_FOUND' })),
  status(404, 'CLIENT_NOT_FOUND', body({ error: 'CLIENT_NOT_FOUND' }), true),
  status(404, 'TOKEN_NOT_FOUND', body({ RC: 404, error: { code: 'TOKEN_NOT_FOUND' } }), true),
  status(409, 'USER_EXISTS', body({ error: 'USER_EXISTS' })),
  status(409, 'USER_EXISTS in an envelope', body({ RC: 409, RM: 'exists', error: { code: 'USER_EXISTS' } })),
  status(409, 'TOKEN_CONFLICT', body({ error: 'TOKEN_CONFLICT' })),
  status(409, 'without a code', body({})),
  status(429, 'for a second', { retryAfter: 1 }),
  status(429, 'for an hour', { retryAfter: 3_600 }),
  status(429, 'for 30,000 years', { retryAfter: 1e12 }),
  status(429, 'for less than no time', { retryAfter: -5 }),
  status(429, 'without a time', { retryAfter: null }),
  status(429, 'with the time in text', body({ error: 'RATE_LIMIT_EXCEEDED', retryAfter: 'soon' })),
  status(429, 'with only a header', header('Retry-After', '2')),
  status(429, 'with a date in the header', header('Retry-After', 'Fri, 01 Jan 2100 00:00:00 GMT')),
  status(503, 'for an hour', header('Retry-After', '3600')),
  ...[300, 304].map((c) => status(c, 'without a location', body(''))),
  ...[301, 302, 303, 307, 308].map((c) => inPlace(`${c} to a decoy`, { kind: 'redirect', status: c })),
]
