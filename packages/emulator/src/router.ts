import type { Answer } from './answer.js'
import type { ChatRequest, RoutedRequest } from './chat-request.js'
import { Refusal } from './refusal.js'
import { decodeSegment, isAmbiguous, matchesPath } from './request-target.js'

/** One call of the chat server. */
export interface Route {
  readonly method: string
  /** `*` stands for one segment. */
  readonly path: string
  /** Does what is asked, in one step; throws {@link Refusal}. */
  readonly handle: (request: RoutedRequest) => Answer
}

/** Finds the route of a request. */
export interface Router {
  /** @throws Refusal `NOT_FOUND`, `METHOD_NOT_ALLOWED`, or `INVALID_REQUEST` for a path that is not percent-encoded UTF-8. */
  find(request: ChatRequest): { readonly route: Route; readonly params: readonly string[] }
}

/** A router over these routes; a path with an empty or a dot segment has no route. */
export function createRouter(routes: readonly Route[]): Router {
  const known = routes.map((route) => ({ route, pattern: route.path.split('/').slice(1) }))
  return {
    find({ method, target: { path, segments } }) {
      const onPath = isAmbiguous(segments) ? [] : known.filter(({ pattern }) => matchesPath(pattern, segments))
      if (onPath.length === 0) throw new Refusal('NOT_FOUND', `There is no ${path}`)
      const found = onPath.find(({ route }) => route.method === method)
      if (!found) {
        const methods = onPath.map(({ route }) => route.method).join(', ')
        throw new Refusal('METHOD_NOT_ALLOWED', `${path} takes ${methods}, not ${method}`)
      }
      const params = segments.filter((_, index) => found.pattern[index] === '*').map(decodeSegment)
      return { route: found.route, params }
    },
  }
}
