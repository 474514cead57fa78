import type { IncomingMessage, ServerResponse } from 'node:http'
import { failure, type ServiceResponse } from '../service/answer.js'
import type { AuthService } from '../service/auth-service.js'
import { assertService } from './assert-service.js'

/** Asks the service about one of Node's requests. `body` is what a body parser made of it, if one ran. */
export async function respondTo(
  service: AuthService,
  request: IncomingMessage,
  {
    url = request.url ?? '/',
    body,
    address = request.socket.remoteAddress,
  }: { url?: string | undefined; body?: unknown; address?: string | undefined } = {},
): Promise<ServiceResponse | undefined> {
  const { method = 'GET', headers } = request
  const answered = await service.respond({ method, url, headers, body, stream: request, address })
  // What nobody wanted to read is thrown away: it would block the connection.
  if (answered) request.resume()
  return answered
}

export function send(response: ServerResponse, { status, headers, body }: ServiceResponse): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  const text = JSON.stringify(body)
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.setHeader('content-length', Buffer.byteLength(text))
  response.end(text)
}

/**
 * The service as a server of its own.
 *
 * @example
 * createServer(authServiceListener(service)).listen(3110)
 */
export function authServiceListener(
  service: AuthService,
): (request: IncomingMessage, response: ServerResponse) => void {
  assertService('authServiceListener', service)
  return (request, response) => {
    void respondTo(service, request).then((answered) =>
      send(response, answered ?? failure(404, 'There is no such path.')),
    )
  }
}
