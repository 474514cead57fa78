import { type Details, type Fault, FAULTY_USER, inPlace } from './fault.js'

const DEPTH = 20_000
const HEADER_BYTES = 32_768

const answers = (name: string, body: unknown, { lies = false, ...extra }: Partial<Details> & { lies?: boolean } = {}) =>
  inPlace(name, { kind: 'status', status: 200, body, ...extra }, lies)
const success = { RC: 0, RM: 'OK', result: { _id: FAULTY_USER } }

/** Answers of status 2xx that are no answer. */
export const nonsense: readonly Fault[] = [
  inPlace('200 with a page of a proxy', { kind: 'html', status: 200 }),
  answers('200 with an empty body', ''),
  answers('200 with blanks', ' \r\n '),
  answers('201 with an empty body', '', { status: 201 }),
  answers('202 with an empty body', '', { status: 202 }),
  answers('204', '', { status: 204 }),
  answers('206 with the first half', '{"RC":0,"result":{"_id":', { status: 206 }),
  ...['null', '[]', '"text"', '0', '1e999', 'true', 'undefined', 'NaN'].map((body) =>
    answers(`the JSON ${body}`, body),
  ),
  answers('half of a JSON', `{"RC":0,"RM":"OK","result":{"_id":"${FAULTY_USER}","tok`),
  answers('two JSONs', '{"RC":0}{"RC":0}'),
  answers('JSON with a byte order mark', `\uFEFF${JSON.stringify(success)}`),
  answers('JSON with control characters', '{"RC":0,"RM":"\u0000\u0001"}'),
  answers('a deeply nested list', '['.repeat(DEPTH) + ']'.repeat(DEPTH)),
  answers('a deeply nested object', '{"a":'.repeat(DEPTH) + '1' + '}'.repeat(DEPTH), { lies: true }),
  answers('RC 500 on status 200', { RC: 500, RM: 'error' }),
  answers('RC 1 on status 200', { RC: 1, RM: 'error', result: success.result }),
  answers('RC -1 on status 200', { RC: -1, RM: 'error' }),
  answers('RC 429 on status 200', { RC: 429, RM: 'slow down', retryAfter: 3 }),
  answers('RC 404 on status 200', { RC: 404, RM: 'no such route' }),
  answers('RC 401 on status 200', { RC: 401, RM: 'who are you?' }),
  answers('RC as the text 0', { ...success, RC: '0' }),
  answers('RC null', { ...success, RC: null }),
  answers('result null', { RC: 0, RM: 'OK', result: null }, { lies: true }),
  answers('a list as result', { RC: 0, RM: 'OK', result: [] }, { lies: true }),
  answers('a text as result', { RC: 0, RM: 'OK', result: 'done' }, { lies: true }),
  answers('an empty object', {}, { lies: true }),
  answers('more revoked than asked', { success: true, revokedTokens: 3 }, { lies: true }),
  answers('JSON called gzip', success, { headers: { 'Content-Encoding': 'gzip' }, lies: true }),
  answers('JSON called UTF-7', success, { headers: { 'Content-Type': 'application/json; charset=utf-7' }, lies: true }),
  answers('a header of 32 KiB', success, { headers: { 'X-Huge': 'x'.repeat(HEADER_BYTES) } }),
]
