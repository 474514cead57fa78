import type { RequestHandler } from 'express'
import type { AuthService } from '../service/auth-service.js'
import { respondTo, send } from './node.js'

/**
 * The service in an Express app; other paths are left to the app. Works with and without `express.json()`. Give the service
 * its `path`, or mount the handler there: `app.use('/chat-auth', authServiceHandler(service))`.
 *
 * @example
 * app.use(authServiceHandler(createAuthService({ verifier, path: '/chat-auth' })))
 */
export function authServiceHandler(service: AuthService): RequestHandler {
  return (req, res, next) => {
    const { body, ip: address } = req
    respondTo(service, req, { body, address }).then((answered) => (answered ? send(res, answered) : next()), next)
  }
}
