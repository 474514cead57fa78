import type { IncomingMessage, ServerResponse } from 'node:http'

/** A response of either platform: Express's is Node's own, Fastify's has it. */
export interface HostResponse {
  readonly statusCode: number
  readonly raw?: ServerResponse
  /** Fastify's. */
  readonly sent?: boolean
  readonly headersSent?: boolean
  /** How both of them send. */
  send?: (...args: unknown[]) => unknown
}

/** Node's request behind one of Express, which it is, or of Fastify. */
export function nodeRequest(request: object): IncomingMessage {
  return ((request as { raw?: IncomingMessage }).raw ?? request) as IncomingMessage
}

export function nodeResponse(response: HostResponse): ServerResponse {
  return response.raw ?? (response as unknown as ServerResponse)
}

export function isSent(response: HostResponse): boolean {
  return Boolean(response.sent ?? response.headersSent)
}

/** Sets headers where there is still time. */
export function setHeaders(response: HostResponse, headers: Readonly<Record<string, string>>): void {
  const { header } = response as { header?: (name: string, value: string) => unknown }
  if (isSent(response)) return
  for (const [name, value] of Object.entries(headers)) {
    if (header) header.call(response, name, value)
    else nodeResponse(response).setHeader(name, value)
  }
}
