import type { HostResponse } from './native-http.js'

/** Looks at what is sent in the end, whether it still holds this token: a serializer leaves out what its class does not expose. */
export function onStrippedToken(response: HostResponse, token: string, stripped: () => void): void {
  const { send } = response
  if (!send) return
  response.send = (...args) => {
    response.send = send
    const text = textOf(args[0])
    // Escaped as in JSON, where it stands between quotes.
    if (text !== undefined && !text.includes(JSON.stringify(token).slice(1, -1))) stripped()
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
