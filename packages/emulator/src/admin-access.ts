import type { ChatContext } from './chat-context.js'
import { type ChatRequest, header } from './chat-request.js'
import { createRateLimit } from './rate-limit.js'
import { Refusal } from './refusal.js'
import type { Route } from './router.js'

/**
 * Puts the API key and the rate limit, which all of them share, before the routes.
 * The routes then throw Refusal `MISSING_API_KEY`, `INVALID_API_KEY` or `RATE_LIMIT_EXCEEDED` before they act.
 */
export function behindApiKey({ settings, now }: ChatContext, routes: readonly Route[]): Route[] {
  const count = createRateLimit(settings.rateLimit, now)

  function admit(request: ChatRequest): void {
    const key = header(request, 'im-api-key', 'api_key')
    if (!key) throw new Refusal('MISSING_API_KEY', 'Send the API key in the header IM-API-KEY')
    if (key !== settings.apiKey) throw new Refusal('INVALID_API_KEY', 'Invalid API key')
    count(key)
  }

  return routes.map((route) => ({
    ...route,
    handle: (request) => {
      admit(request)
      return route.handle(request)
    },
  }))
}
