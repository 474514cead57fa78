import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const RETRIES = 40
const RETRY_MS = 50

/** An HTTP port that can be shut and opened again. */
export interface Listener {
  /** `http://host:port`, with a host that can be called. */
  readonly url: string
  /** Shut, it refuses connections and has destroyed the open ones; opened again, it has the same port. */
  accept(open: boolean): Promise<void>
}

function urlOf({ address, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`
  return address.includes(':') ? `http://[${address}]:${port}` : `http://${address}:${port}`
}

function explain(error: unknown, host: string, port: number): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const message =
    code === 'EADDRINUSE'
      ? `port ${port} on ${host} is in use: stop what listens there, or choose another port`
      : `cannot listen on port ${port} of ${host} (${code})`
  return new Error(message, { cause: error })
}

/**
 * Opens a port; 0 takes any free one.
 * @throws Error that names the port when it cannot be had.
 */
export async function listen(host: string, wanted: number, handler: RequestListener): Promise<Listener> {
  const server = createServer(handler)

  async function open(port: number): Promise<void> {
    server.listen(port, host)
    await once(server, 'listening')
  }

  async function close(): Promise<void> {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }

  // While the port was shut, an outgoing connection of another process may have taken it for a moment.
  async function reopen(port: number): Promise<void> {
    for (let left = RETRIES; ; left -= 1) {
      try {
        return await open(port)
      } catch (error) {
        if (left === 0) throw explain(error, host, port)
        await sleep(RETRY_MS)
      }
    }
  }

  await open(wanted).catch((error: unknown) => {
    throw explain(error, host, wanted)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error(`${host} is not an internet address`)
  let change: Promise<void> = Promise.resolve()
  return {
    url: urlOf(address),
    accept(wantOpen) {
      const step = async (): Promise<void> => {
        if (wantOpen !== server.listening) await (wantOpen ? reopen(address.port) : close())
      }
      return (change = change.then(step, step))
    },
  }
}
