import { request } from 'node:http'
import type { DialectName, Emulator } from '../src/index.js'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<NodeJS.Dict<string | string[]>>
  readonly body: unknown
}

export interface Call {
  readonly headers?: Readonly<Record<string, string>>
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Sends a request with this very target, of which `fetch` would resolve the dots. */
export function call(origin: string, methodAndTarget: string, { headers, body, signal }: Call = {}): Promise<Reply> {
  const [method, path] = methodAndTarget.split(' ')
  const { hostname, port } = new URL(origin)
  const payload = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
  const length = payload === undefined ? {} : { 'Content-Length': Buffer.byteLength(payload) }
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers: { ...headers, ...length }, signal, agent: false })
    outgoing.on('error', reject)
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: parse(Buffer.concat(chunks).toString()),
        }),
      )
    })
    outgoing.end(payload)
  })
}

/** Makes an admin call with the right key. */
export function admin(
  emulator: Emulator,
  methodAndTarget: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Reply> {
  return call(emulator.url, methodAndTarget, {
    headers: { 'IM-API-KEY': emulator.apiKey },
    body,
    ...(signal && { signal }),
  })
}

/** Makes a client call with the right client key. */
export function client(emulator: Emulator, methodAndTarget: string, token: string): Promise<Reply> {
  return call(emulator.url, methodAndTarget, {
    headers: { 'IM-CLIENT-KEY': emulator.clientKey, 'IM-Authorization': token },
  })
}

/** What a successful answer is about, in either dialect. */
export function resultOf(reply: Reply, dialect: DialectName = 'envelope'): Readonly<Record<string, unknown>> {
  const body = reply.body as Record<string, unknown>
  return dialect === 'bare' ? body : (body['result'] as Record<string, unknown>)
}

/** The error code of a refusal, in either dialect. */
export function codeOf({ body }: Reply): unknown {
  const { error } = body as { error?: string | { code: string } }
  return typeof error === 'object' ? error.code : error
}

/** A token that the emulator has issued for `id`. */
export async function issued(emulator: Emulator, id: string): Promise<string> {
  await admin(emulator, 'POST /admin/clients', { _id: id, issueAccessToken: true })
  return tokensOf(emulator, id).at(-1) ?? ''
}

/** The live tokens of a client, oldest first. */
export function tokensOf(emulator: Emulator, id: string): string[] {
  const found = emulator.clients().find(({ _id }) => _id === id)
  return (found?.tokens ?? []).map(({ token }) => token)
}
