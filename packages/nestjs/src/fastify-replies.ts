import type { AbstractHttpAdapter } from '@nestjs/core'
import type { HostResponse } from './native-http.js'

interface FastifyRequest {
  readonly headers: Record<string, string | string[] | undefined>
  readonly url: string
}

interface FastifyInstance {
  addHook(name: 'onRequest', hook: (request: FastifyRequest, reply: HostResponse, done: () => void) => void): unknown
}

const replies = new WeakMap<object, HostResponse>()
const followed = new WeakSet<object>()

/** Fastify's requests do not tell their replies, and it takes no empty JSON body, as the token route does: a hook helps with both. */
export function followReplies(adapter: AbstractHttpAdapter | undefined, tokenRoute: string | false): void {
  if (adapter?.getType?.() !== 'fastify') return
  const fastify = adapter.getInstance<FastifyInstance>()
  if (!followed.has(fastify)) {
    followed.add(fastify)
    fastify.addHook('onRequest', (request, reply, done) => {
      replies.set(request, reply)
      done()
    })
  }
  if (tokenRoute === false) return
  // Behind whatever prefix the app has.
  const path = `/${tokenRoute.replace(/^\/+/, '')}`
  fastify.addHook('onRequest', ({ url, headers }, _reply, done) => {
    if (url.split('?', 1)[0]?.endsWith(path) && isEmpty(headers)) delete headers['content-type']
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
