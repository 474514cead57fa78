import type { RequestHandler } from 'express'
import helmet from 'helmet'

/** The page may load what this app serves, call this app and the chat server, and nothing else. */
export function securityHeaders(chatServerUrl: string): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'", new URL(chatServerUrl).origin],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Plain http on this machine: https is not to be asked for.
    strictTransportSecurity: false,
  })
}
