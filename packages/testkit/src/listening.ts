import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An app under test that listens. */
export interface ListeningApp {
  readonly url: string
  readonly close: () => Promise<unknown>
}

/** Waits until a server, told to listen on 127.0.0.1, does. Closing it ends what is open. */
export async function listening(server: Server): Promise<ListeningApp> {
  if (!server.listening) await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  }
}
