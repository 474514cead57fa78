import type { ChatTokens, CloseReport } from '../chat-tokens.js'
import { HttpDrain, type HttpServer } from './http-drain.js'

export interface GracefulShutdownOptions {
  /**
   * How long everything may take altogether, in ms; requests under way get half of it. Docker kills a container after 10 s,
   * Kubernetes after 30 s.
   * @default 9_000
   */
  readonly withinMs?: number
}

/**
 * Ends an app in the order in which no login goes without chat and no logout is lost: no more connections, an answer for
 * every request that still comes on the open ones, and then `tokens.close()`. To be called right after `listen`, for a
 * function that does it; calling that again returns the same report.
 *
 * @example
 * const server = app.listen(3000)
 * process.once('SIGTERM', gracefulShutdown(server, tokens))
 */
export function gracefulShutdown(
  server: HttpServer,
  tokens: Pick<ChatTokens, 'close'>,
  { withinMs = 9_000 }: GracefulShutdownOptions = {},
): () => Promise<CloseReport> {
  if (typeof server?.listen !== 'function') {
    throw new TypeError('gracefulShutdown needs the HTTP server: what app.listen() returns')
  }
  if (typeof tokens?.close !== 'function') {
    throw new TypeError('gracefulShutdown needs the tokens: what createChatTokens() returns')
  }
  const http = new HttpDrain(server)
  const shutDown = async () => {
    const beganAt = performance.now()
    await http.drain(withinMs / 2)
    return tokens.close({ withinMs: Math.max(0, withinMs - (performance.now() - beganAt)) })
  }
  let report: Promise<CloseReport> | undefined
  return () => (report ??= shutDown())
}
