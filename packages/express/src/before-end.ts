import type { ServerResponse } from 'node:http'

/**
 * Runs an effect after the host has made its response and before the response is complete: `end` waits for it. Should
 * the client be gone before the host answers, the effect runs then.
 */
export function beforeEnd(response: ServerResponse, effect: () => Promise<unknown>): void {
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse
  let begun: Promise<unknown> | undefined
  const begin = () => (begun ??= effect())
  response.end = (...args: unknown[]) => {
    if (begun) return response
    void begin().finally(() => end(...args))
    return response
  }
  response.once('close', () => void begin())
}
