import type { HostResponse } from './native-http.js'

/**
 * Looks at what is sent in the end, whether it holds this token: a serializer leaves out what its class does not expose. An
 * error that takes the answer's place tells nothing.
 */
export function lookAtAnswer(response: HostResponse, token: string, seen: (hasToken: boolean) => void): void {
  const { send } = response
  if (!send) return
  response.send = (...args) => {
    response.send = send
    const text = response.statusCode < 400 ? textOf(args[0]) : undefined
    // Escaped as in JSON, where it stands between quotes.
    if (text !== undefined) seen(text.includes(JSON.stringify(token).slice(1, -1)))
    return send.apply(response, args)
  }
}

function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body
  if (typeof body !== 'object' || body === null || ArrayBuffer.isView(body) || 'pipe' in body) return undefined
  try {
    return JSON.stringify(body)
  } catch {
    return undefined
  }
}
