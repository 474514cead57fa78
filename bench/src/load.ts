import autocannon from 'autocannon'
import { percentile } from './statistics.js'

/** What is sent to a server: each request by one of the connections, again and again until so many were answered. */
export interface Load {
  readonly url: string
  readonly requests: readonly autocannon.Request[]
  readonly amount: number
}

export interface Answered {
  readonly perSecond: number
  /** The time that all but one of a hundred answers stayed below, in ms. */
  readonly p99: number
}

/** Each waits for its answer before it asks again. */
export const CONNECTIONS = 10

/** @throws Error when an answer was none, or not 2xx. */
export async function send({ url, requests, amount }: Load): Promise<Answered> {
  const times: number[] = []
  let started = 0
  let ended = 0
  let next = 0
  const options: autocannon.Options = {
    url,
    amount,
    connections: CONNECTIONS,
    // Only looked at to see whether all is done, in ms.
    sampleInt: 10,
    setupClient(client) {
      const mine = next++
      // A copy: the connection keeps in them what it sends.
      client.setRequests(structuredClone(requests.filter((_, at) => at % CONNECTIONS === mine)))
    },
  }
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(options, (error: unknown, answered) => (error ? reject(error) : resolve(answered)))
    // autocannon itself counts whole milliseconds.
    instance.on('response', (_client, _status, _bytes, took) => {
      times.push(took)
      ended = performance.now()
    })
    // The requests have been put together by now, and none has been sent.
    started = performance.now()
  })
  const { errors, timeouts, non2xx } = result
  if (errors > 0 || non2xx > 0 || times.length !== amount) {
    throw new Error(
      `${url}: of ${amount} requests ${times.length} were answered, ${non2xx} of them not with 2xx; ` +
        `${errors} failed, ${timeouts} of them timed out`,
    )
  }
  return { perSecond: (amount * 1000) / (ended - started), p99: percentile(times, 0.99) }
}
