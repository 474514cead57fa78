import type { ChatContext } from './chat-context.js'
import type { Route } from './router.js'

/** `GET /admin/connection-count`: how many sockets are open, which is none here. */
export function adminConnectionsRoute({ dialect }: ChatContext): Route {
  return {
    method: 'GET',
    path: '/admin/connection-count',
    handle: () => dialect.success({ count: 0 }),
  }
}
