import type { ServerResponse } from 'node:http'

/** A complete HTTP answer that has not been sent. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer whose body is `value` as JSON. */
export function jsonAnswer(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  }
}

/** Sends `answer`, dated `now` (epoch milliseconds). */
export function sendAnswer(response: ServerResponse, answer: Answer, now: number): void {
  response.statusCode = answer.status
  response.setHeader('Date', new Date(now).toUTCString())
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value)
  response.end(answer.body)
}
