import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

/** A question as it came. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server that is asked whose a token is. */
export interface AuthService {
  readonly url: string
  /** What it was asked, oldest first. */
  readonly asked: Asked[]
  /** Settles when nobody can connect any more. */
  stop(): Promise<void>
}

/** Answers with this status and value: text as it is, anything else as JSON. */
export function says(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}) {
  return (response: ServerResponse): void => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
    response.end(typeof value === 'string' ? value : JSON.stringify(value))
  }
}

/** An auth service on a free port that answers every question like this, and closes with the test. */
export async function authService(answer: (response: ServerResponse) => void): Promise<AuthService> {
  const asked: Asked[] = []
  async function receive(request: IncomingMessage): Promise<void> {
    const { method = '', url = '', headers } = request
    asked.push({ method, path: url, headers, body: await text(request) })
  }
  const server = createServer((request, response) => {
    receive(request).then(
      () => answer(response),
      () => response.destroy(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  async function stop(): Promise<void> {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  onTestFinished(stop)
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/verify?app=1`, asked, stop }
}
