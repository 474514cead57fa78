import { behindApiKey } from './admin-access.js'
import { adminClientsRoute } from './admin-clients.js'
import { adminListRoutes } from './admin-list.js'
import { adminTokenRoutes } from './admin-tokens.js'
import type { Answer } from './answer.js'
import type { ChatContext } from './chat-context.js'
import type { ChatRequest } from './chat-request.js'
import { meRoutes } from './me-routes.js'
import { Refusal, statusByCode } from './refusal.js'
import { createRouter } from './router.js'

/** Does what a request asks, in one step, and returns the answer; it never throws. */
export type Act = () => Answer

/** Gets ready to act on a request at about `at`, epoch milliseconds; nothing changes until the result is called. */
export type ChatApi = (request: ChatRequest, at: number) => Promise<Act>

/** The calls of the chat server without any network. */
export function createChatApi(context: ChatContext): ChatApi {
  const router = createRouter([
    ...behindApiKey(context, [adminClientsRoute(context), ...adminListRoutes(context), ...adminTokenRoutes(context)]),
    ...meRoutes(context),
  ])

  function refuse(error: unknown): Answer {
    const { code, message, retryAfter } =
      error instanceof Refusal ? error : new Refusal('INTERNAL_ERROR', `The emulator has a bug: ${String(error)}`)
    return context.dialect.failure({ status: statusByCode[code], code, message, retryAfter })
  }

  return async (request, at) => {
    try {
      const { route, params } = router.find(request)
      const issued = await route.sign?.(request, at).catch(() => undefined)
      return () => {
        try {
          return route.handle({ ...request, params, ...(issued && { issued }) })
        } catch (error) {
          return refuse(error)
        }
      }
    } catch (error) {
      return () => refuse(error)
    }
  }
}
