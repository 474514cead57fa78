import { failure } from '../service/answer.js'
import type { AuthService } from '../service/auth-service.js'
import { assertService } from './assert-service.js'

/**
 * The service for what speaks web-standard `Request` and `Response`, such as Hono, Next.js or Bun. Those do not tell where a
 * request comes from: pass `address` if you know, or all callers share one limit.
 *
 * @example
 * const verify = authServiceFetch(createAuthService({ verifier, path: '/api/chat-auth' }))
 * export const POST = (request: Request) => verify(request)
 */
export function authServiceFetch(
  service: AuthService,
): (request: Request, from?: { readonly address?: string | undefined }) => Promise<Response> {
  assertService('authServiceFetch', service)
  return async (request, { address } = {}) => {
    const { pathname } = new URL(request.url)
    const answered =
      (await service.respond({
        method: request.method,
        url: pathname,
        headers: request.headers,
        body: undefined,
        stream: request.body,
        address,
      })) ?? failure(404, 'There is no such path.')
    return Response.json(answered.body, { status: answered.status, headers: answered.headers })
  }
}
