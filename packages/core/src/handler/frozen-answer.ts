import type { ServerResponse } from 'node:http'

/** What Node.js refuses once headers are sent, and its word for it. */
const HEADER_METHODS = {
  setHeader: 'set',
  setHeaders: 'set',
  appendHeader: 'append',
  removeHeader: 'remove',
  writeHead: 'write',
}

/**
 * Makes a response look to its host as it does once it is sent. `ended` tells whether `end()` was called. The returned
 * function takes it back, the status included, whatever the host has set it to meanwhile. The deprecated `finished` stays
 * false: Node.js itself goes by it, while earlier middleware, such as compression, still writes.
 */
export function frozen(response: ServerResponse, ended: () => boolean): () => void {
  const before: [name: string, own: PropertyDescriptor | undefined][] = []
  const define = (name: string, descriptor: PropertyDescriptor) => {
    before.push([name, Object.getOwnPropertyDescriptor(response, name)])
    Object.defineProperty(response, name, { configurable: true, ...descriptor })
  }
  const { statusCode } = response
  define('headersSent', { get: () => true })
  define('writableEnded', { get: ended })
  for (const [name, verb] of Object.entries(HEADER_METHODS)) {
    if (name in response) define(name, { writable: true, value: () => refuse(verb) })
  }
  if ('addTrailers' in response) define('addTrailers', { writable: true, value: () => {} })
  before.push(['statusMessage', Object.getOwnPropertyDescriptor(response, 'statusMessage')])
  return () => {
    for (const [name, own] of before) {
      if (own) Object.defineProperty(response, name, own)
      else Reflect.deleteProperty(response, name)
    }
    response.statusCode = statusCode
  }
}

function refuse(verb: string): never {
  const error = new Error(`Cannot ${verb} headers after they are sent to the client`)
  throw Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' })
}
