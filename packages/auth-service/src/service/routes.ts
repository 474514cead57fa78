import type { ServiceResponse } from './answer.js'
import type { ServiceRequest } from './service-request.js'

export interface Route {
  readonly methods: readonly string[]
  /** Answers; `secret` is the last part of the path, where a caller may show one there. */
  readonly handle: (request: ServiceRequest, secret: string | undefined) => Promise<ServiceResponse>
}

/** The service's paths, below its own. */
export class Routes {
  readonly #prefix: string
  readonly #exact = new Map<string, Route>()
  readonly #withSecret = new Map<string, Route>()

  /** @throws TypeError when the path is none. */
  constructor(path: string) {
    if (!/^(\/[\w.~-]+)*$/.test(path)) throw new TypeError('path must be empty or a path such as /chat-auth')
    this.#prefix = path
  }

  get(path: string, handle: () => Promise<ServiceResponse>): void {
    this.#exact.set(path, { methods: ['GET', 'HEAD'], handle })
  }

  post(path: string, takesSecret: boolean, handle: Route['handle']): void {
    const route = { methods: ['POST'], handle }
    this.#exact.set(path, route)
    if (takesSecret) this.#withSecret.set(path, route)
  }

  /** The route of a request and the secret in its path; `undefined` when it is none of ours. */
  find(url: string): { readonly route: Route; readonly secret: string | undefined } | undefined {
    const [path = ''] = url.split('?', 1)
    if (!path.startsWith(`${this.#prefix}/`)) return undefined
    const below = path.slice(this.#prefix.length)
    const exact = this.#exact.get(below)
    if (exact) return { route: exact, secret: undefined }
    const at = below.lastIndexOf('/')
    const route = this.#withSecret.get(below.slice(0, at))
    return route && { route, secret: below.slice(at + 1) }
  }
}
