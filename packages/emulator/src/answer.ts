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

/** An answer without its body. */
export type Head = Omit<Answer, 'body'>

/** `head` with the `Date` that a server says whose time is `now` (epoch milliseconds), unless it has one already. */
export function dated<Part extends Head>(head: Part, now: number): Part {
  return { ...head, headers: { Date: new Date(now).toUTCString(), ...head.headers } }
}

/** Sets status and headers, and sends nothing yet. */
export function setHead(response: ServerResponse, { status, headers }: Head): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
}

/** Sends `answer`, dated `now` (epoch milliseconds) unless it says otherwise. */
export function sendAnswer(response: ServerResponse, answer: Answer, now: number): void {
  setHead(response, dated(answer, now))
  response.end(answer.body)
}
