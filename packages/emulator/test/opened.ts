import { type IncomingMessage, request } from 'node:http'
import type { Emulator } from '../src/index.js'

/** An answer of which the head has come. */
export interface Opened {
  readonly status: number
  readonly headers: Readonly<NodeJS.Dict<string | string[]>>
  /** What has come of the body so far, as it is on the wire. */
  readonly bytes: () => Buffer
  readonly text: () => string
  /** Whether the body came to its end. */
  readonly complete: Promise<boolean>
  hangUp(): void
}

function follow(response: IncomingMessage): Opened {
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  response.on('error', () => {})
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    bytes: () => Buffer.concat(chunks),
    text: () => Buffer.concat(chunks).toString(),
    complete: new Promise((resolve) => {
      response.on('close', () => resolve(response.complete))
    }),
    hangUp: () => response.destroy(),
  }
}

/** Lets the emulator issue a token for `id`, and returns as soon as the head of the answer is there. */
export function opened(emulator: Emulator, id: string): Promise<Opened> {
  const headers = { 'IM-API-KEY': emulator.apiKey, Connection: 'keep-alive' }
  return new Promise((resolve, reject) => {
    const outgoing = request(`${emulator.url}/admin/clients`, { method: 'POST', headers, agent: false })
    outgoing.on('error', reject)
    outgoing.on('response', (response) => resolve(follow(response)))
    outgoing.end(JSON.stringify({ _id: id, issueAccessToken: true }))
  })
}
