import type { RequestHandler } from 'express'
import type { AuthService } from '../service/auth-service.js'
import { assertService } from './assert-service.js'
import { answerOrPass } from './answer-or-pass.js'

/**
 * The service in an Express app; other paths are left to the app. Works with and without `express.json()`. Give the service
 * its `path`, or mount the handler there: `app.use('/chat-auth', authServiceHandler(service))`.
 *
 * @example
 * app.use(authServiceHandler(createAuthService({ verifier, path: '/chat-auth' })))
 */
export function authServiceHandler(service: AuthService): RequestHandler {
  assertService('authServiceHandler', service)
  return (req, res, next) => answerOrPass(service, req, res, next)
}
