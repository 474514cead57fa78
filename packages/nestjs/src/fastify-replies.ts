import type { AbstractHttpAdapter } from '@nestjs/core'
import type { HostResponse } from './native-http.js'

/** Marks the token route in Fastify's options of a route, which Nest reads from this key. */
export const FASTIFY_ROUTE_CONFIG = '__fastify_route_config__'
export const TOKEN_ROUTE = { imkitChatTokenRoute: true }

interface FastifyRequest {
  readonly headers: Record<string, string | string[] | undefined>
  readonly routeOptions?: { readonly config?: object | undefined }
}

interface FastifyInstance {
  addHook(name: 'onRequest', hook: (request: FastifyRequest, reply: HostResponse, done: () => void) => void): unknown
}

const replies = new WeakMap<object, HostResponse>()
const followed = new WeakSet<object>()

/** Fastify's requests do not tell their replies, and it takes no empty JSON body: a hook helps with both. */
export function followReplies(adapter: AbstractHttpAdapter | undefined): void {
  if (adapter?.getType?.() !== 'fastify') return
  const fastify = adapter.getInstance<FastifyInstance>()
  if (followed.has(fastify)) return
  followed.add(fastify)
  fastify.addHook('onRequest', (request, reply, done) => {
    replies.set(request, reply)
    const { headers, routeOptions } = request
    if (routeOptions?.config && 'imkitChatTokenRoute' in routeOptions.config && isEmpty(headers)) {
      delete headers['content-type']
    }
    done()
  })
}

/** The response to a request, where the request alone is at hand; `undefined` when it is none of a running server's. */
export function responseOf(request: object): HostResponse | undefined {
  return (request as { res?: HostResponse }).res ?? replies.get(request)
}

function isEmpty({ 'content-length': length, 'transfer-encoding': encoding }: FastifyRequest['headers']): boolean {
  return encoding === undefined && (length === undefined || length === '0')
}
