import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FaultRule } from '@imkit-auth/emulator'

/** A chat server that quotes our key and tokens back at us. */
export interface QuotingFault {
  readonly name: string
  readonly rule: (quote: string) => Omit<FaultRule, 'match'>
  /** What it does to its answers before the emulator does. */
  readonly before?: (quote: string, response: ServerResponse, socket: Socket) => void
}

type Body = (quote: string) => unknown

const status = (name: string, code: number, body: Body): QuotingFault => ({
  name: `${code} ${name}`,
  rule: (quote) => ({ kind: 'status', status: code, body: body(quote) }),
})
const header = (name: string, code: number): QuotingFault => ({
  name: `${code} quoting in the header ${name}`,
  rule: (quote) => ({ kind: 'status', status: code, body: {}, headers: { [name]: quote } }),
})
const page = (quote: string) => `<!DOCTYPE html><html><body><h1>Bad gateway</h1><pre>${quote}</pre></body></html>`

const bodies: Record<string, Body> = {
  'error and message': (quote) => ({ error: quote, message: `The key ${quote} may not do this` }),
  'RC, RM and error': (quote) => ({ RC: 500, RM: quote, error: { code: quote, message: quote } }),
  'error with name and status': (quote) => ({ error: { name: quote, status: 403, message: quote, stack: quote } }),
  'page of a proxy': page,
  'plain text': (quote) => quote,
  'half of a JSON': (quote) => `{"token":${JSON.stringify(quote)},"expir`,
  'text after a quote': (quote) => `{"token": ${quote}}`,
  // Of this, JSON.parse quotes the beginning in its error.
  'a word in place of JSON': (quote) => `{"token":${/\w{20,}/.exec(quote)?.[0]}}`,
}

/** Every error dialect with every status that is treated in a way of its own, and every other place of an answer. */
export const QUOTING_FAULTS: readonly QuotingFault[] = [
  ...Object.entries(bodies).flatMap(([name, body]) =>
    [200, 400, 401, 404, 409, 429, 500, 503].map((code) => status(`quoting in ${name}`, code, body)),
  ),
  status('quoting in the expirationDate', 200, (quote) => ({ _id: 'amy', token: 'a-token', expirationDate: quote })),
  status('quoting in the id', 200, (quote) => ({ _id: quote, token: quote, expirationDate: '2100-01-01T00:00:00Z' })),
  status('quoting in an unusable token', 200, (quote) => ({ _id: 'amy', token: `${quote}\n`, expirationDate: null })),
  status('quoting in retryAfter', 429, (quote) => ({ error: 'RATE_LIMIT_EXCEEDED', retryAfter: quote })),
  status('quoting in the list of revoked tokens', 200, (quote) => ({ RC: 0, result: [{ token: quote }] })),
  status('quoting as the name of a field', 400, (quote) => ({ [quote]: quote, error: { [quote]: quote } })),
  ...['X-Debug', 'Retry-After', 'Date', 'Set-Cookie', 'WWW-Authenticate', 'Content-Type'].flatMap((name) =>
    [200, 401, 429, 500].map((code) => header(name, code)),
  ),
  ...[301, 302, 303, 307, 308].map((code) => header('Location', code)),
  ...[200, 302, 401, 500].map((code) => ({
    name: `${code} quoting in the status text`,
    rule: () => ({ kind: 'status', status: code, body: {} }) as const,
    before: (quote: string, response: ServerResponse) => void (response.statusMessage = quote),
  })),
  {
    name: 'an answer that quotes and is no HTTP',
    rule: () => ({ kind: 'hang' }),
    before: (quote, _, socket) =>
      void socket.end(`HTTP/1.1 200 OK\r\nX-Key: ${quote}\r\nno header but ${quote}\r\n\r\n`),
  },
  {
    name: 'a reset in an answer that quotes',
    rule: () => ({ kind: 'hang' }),
    before: (quote, _, socket) => void socket.end(`HTTP/1.1 500 ${quote}\r\nContent-Length: 999\r\n\r\n${quote}`),
  },
]
