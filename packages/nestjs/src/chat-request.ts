import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { ChatCredentials } from '@imkit-auth/core'

declare global {
  // Express's own types, and those of passport and express-session, are extended through this namespace.
  // oxlint-disable-next-line typescript/no-namespace
  namespace Express {
    interface Request {
      /** Set by `@ProvisionChatToken()` and `provision()`: what the page needs for the chat, or `null` without it. */
      chat?: ChatCredentials | null
    }
  }
}

/**
 * A request of Nest's Express platform, known without Express's types: passport's types add `user` to it, those of
 * express-session `session`.
 */
export interface ChatRequest extends IncomingMessage, Express.Request {}

/** A request of either platform: Express's `Request`, and Fastify's. */
export interface HostRequest {
  readonly headers: IncomingHttpHeaders
}
