import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** A request as the browser sent it, and how it was answered. */
export interface Seen {
  /** Such as `POST https://app.test/chat/token`. */
  readonly request: string
  readonly headers: IncomingHttpHeaders
  /** `null` while there is no answer. */
  readonly status: number | null
}

/** What there is behind every origin: an app, or else an empty page. */
export class Sites {
  readonly #apps = new Map<string, RequestListener>()
  readonly #seen: { request: string; headers: IncomingHttpHeaders; response: ServerResponse }[] = []

  serve(app: RequestListener, ...origins: string[]): void {
    for (const origin of origins) this.#apps.set(origin, app)
  }

  /** The requests for a path, oldest first. */
  seen(path: string): Seen[] {
    return this.#seen
      .filter(({ request }) => request.endsWith(path))
      .map(({ request, headers, response }) => {
        return { request, headers, status: response.headersSent ? response.statusCode : null }
      })
  }

  clear(): void {
    this.#apps.clear()
    this.#seen.length = 0
  }

  /** For the server of one scheme. */
  over(scheme: 'http' | 'https'): RequestListener {
    return (request, response) => {
      const { method, url, headers } = request
      const origin = `${scheme}://${headers.host}`
      this.#seen.push({ request: `${method} ${origin}${url}`, headers: { ...headers }, response })
      const app = this.#apps.get(origin) ?? emptyPage
      app(request, response)
    }
  }
}

function emptyPage(_request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('content-type', 'text/html').end('<!doctype html>')
}

/** The app as browsers ask it that do not say where a request comes from: Safari before 16.4, and Firefox before 90. */
export function forOlderBrowsers(app: RequestListener): RequestListener {
  return (request, response) => {
    withoutFetchMetadata(request.headers)
    app(request, response)
  }
}

export function withoutFetchMetadata<Headers extends IncomingHttpHeaders>(headers: Headers): Headers {
  for (const name of Object.keys(headers)) if (name.startsWith('sec-fetch-')) delete headers[name]
  return headers
}
