import { STATUS_CODES } from 'node:http'

/** What the service answers, for a handler to send as it is. `body` goes out as JSON. */
export interface ServiceResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: object
}

export function answer(status: number, body: object, headers: Readonly<Record<string, string>> = {}): ServiceResponse {
  return { status, headers: { 'cache-control': 'no-store', ...headers }, body }
}

/** An error as IMKIT's reference service shapes it (protocol.md, error dialect 4). */
export function failure(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): ServiceResponse {
  const name = `${(STATUS_CODES[status] ?? 'Unknown').replaceAll(/[^A-Za-z]/g, '')}Error`
  return answer(status, { message, error: { name, message, status } }, headers)
}
