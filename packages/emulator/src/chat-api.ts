import { behindApiKey } from './admin-access.js'
import { adminClientsRoute } from './admin-clients.js'
import { adminConnectionsRoute } from './admin-connections.js'
import { adminListRoutes } from './admin-list.js'
import { adminTokenRoutes } from './admin-tokens.js'
import type { Answer } from './answer.js'
import type { ChatContext } from './chat-context.js'
import type { ChatRequest } from './chat-request.js'
import { meRoutes } from './me-routes.js'
import { Refusal, statusByCode } from './refusal.js'
import { createRouter } from './router.js'
import { signRoute } from './sign-route.js'

/** Does what a request asks, in one synchronous step, and returns the answer; it never throws. */
export type ChatApi = (request: ChatRequest) => Answer

/** The calls of the chat server without any network. */
export function createChatApi(context: ChatContext): ChatApi {
  const router = createRouter([
    ...behindApiKey(context, [
      adminClientsRoute(context),
      ...adminListRoutes(context),
      ...adminTokenRoutes(context),
      adminConnectionsRoute(context),
      signRoute(context),
    ]),
    ...meRoutes(context),
  ])

  function refuse(error: unknown): Answer {
    const { code, message, retryAfter } =
      error instanceof Refusal ? error : new Refusal('INTERNAL_ERROR', `The emulator has a bug: ${String(error)}`)
    return context.dialect.failure({ status: statusByCode[code], code, message, retryAfter })
  }

  return (request) => {
    try {
      const { route, params } = router.find(request)
      return route.handle({ ...request, params })
    } catch (error) {
      return refuse(error)
    }
  }
}
