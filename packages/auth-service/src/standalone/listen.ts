import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HttpDrain } from '@imkit-auth/core'

export interface ListeningServer {
  readonly url: string
  /** Takes no more connections, lets requests under way have their answer for at most so many ms, and ends. */
  end(patience: number): Promise<void>
}

/** How long a request may take to arrive, and a connection may wait for the next one: longer than load balancers do. In ms. */
const TIMEOUTS = { requestTimeout: 10_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 }

/** @throws Error that says what is wrong with the port or the address. */
export async function listen(
  handle: RequestListener,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<ListeningServer> {
  const server = createServer(TIMEOUTS, handle)
  const http = new HttpDrain(server)
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new Error(whyNot(error as NodeJS.ErrnoException, port), { cause: error })
  }
  const { address, family, port: actual } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`,
    end: (patience) => http.drain(patience),
  }
}

function whyNot({ code = 'failed' }: NodeJS.ErrnoException, port: number): string {
  if (code === 'EADDRINUSE') return `port ${port} is in use: choose another one with --port (PORT)`
  return `cannot listen on port ${port} of that address (${code}): see --host (HOST) and --port (PORT)`
}
