import type { Figure } from './contest.js'
import { type Load, send } from './load.js'
import type { ServerProcess } from './servers/server-process.js'

/** The names that `served` returns values for. */
export interface Served {
  /** The server's own CPU time, in µs. */
  readonly cpu: number
  readonly perSecond: number
  readonly p99: number
}

export const CPU: Figure = { name: 'CPU a request', unit: 'µs' }
export const PER_SECOND: Figure = { name: 'requests a second' }
export const P99: Figure = { name: 'p99', unit: 'ms' }

/** What it costs a server to answer a load. */
export async function served(server: ServerProcess, load: Omit<Load, 'url'>): Promise<Served> {
  const before = await server.ask('cpuTime')
  const answered = await send({ url: server.url, ...load })
  return { ...answered, cpu: (((await server.ask('cpuTime')) - before) * 1_000) / load.amount }
}
