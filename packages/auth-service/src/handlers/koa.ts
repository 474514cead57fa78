import type { Middleware } from 'koa'
import type { AuthService } from '../service/auth-service.js'
import { assertService } from './assert-service.js'
import { respondTo } from './node.js'

/**
 * The service in a Koa app; other paths are left to the app. Works with and without a body parser.
 *
 * @example
 * app.use(authServiceMiddleware(createAuthService({ verifier, path: '/chat-auth' })))
 */
export function authServiceMiddleware(service: AuthService): Middleware {
  assertService('authServiceMiddleware', service)
  return async (ctx, next) => {
    const { url, body } = ctx.request as typeof ctx.request & { body?: unknown }
    const answered = await respondTo(service, ctx.req, { url, body, address: ctx.ip })
    if (!answered) {
      await next()
      return
    }
    ctx.status = answered.status
    ctx.set({ ...answered.headers })
    ctx.body = answered.body
  }
}
