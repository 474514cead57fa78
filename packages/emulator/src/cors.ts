import type { IncomingHttpHeaders } from 'node:http'
import type { Answer } from './answer.js'
import type { Target } from './request-target.js'

const FOR_SERVERS = new Set(['admin', 'auths'])

/** The headers that let a page of the request's origin read an answer; none on calls with the API key, which no page may make. */
export function corsHeaders(target: Target, headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  if (FOR_SERVERS.has(target.segments[0] ?? '')) return {}
  return { 'Access-Control-Allow-Origin': headers.origin ?? '*', Vary: 'Origin' }
}

/** The answer to a preflight, which allows what real chat SDKs send. */
export function preflight(headers: IncomingHttpHeaders): Answer {
  return {
    status: 204,
    headers: {
      'Access-Control-Allow-Origin': headers.origin ?? '*',
      'Access-Control-Allow-Headers':
        'client_key, im-client-key, im-authorization, authorization, x-timezone, content-type',
      'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE, OPTIONS',
      Vary: 'Origin',
    },
    body: '',
  }
}
