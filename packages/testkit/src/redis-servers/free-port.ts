import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below the ports that systems give to outgoing connections, or one of these could sit on the port of a server that is
 * about to start again.
 */
const FIRST = 12_000
const COUNT = 10_000
/** Where a node of a cluster listens to the other nodes, counted from its port. */
const BUS = 10_000

const given = new Set<number>()

/** A port of 127.0.0.1 that nobody listens on, whose cluster bus is free as well. Never the same one twice. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    if (given.has(port) || !(await isFree(port)) || !(await isFree(port + BUS))) continue
    given.add(port)
    return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
