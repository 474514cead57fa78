import type { ServiceRequest } from '@imkit-auth/auth-service'

/** A request around a token, and the answers that are right whatever the token is worth: `token` when it decides. */
export interface Request {
  readonly request: ServiceRequest
  readonly allowed: readonly number[] | 'token'
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** As a chat server asks, parsed by the host's body parser or not. */
export const asked = {
  parsed: (token: string): Request => ({ request: post({ body: { token } }), allowed: 'token' }),
  streamed: (token: string): Request => ({ request: post({ text: JSON.stringify({ token }) }), allowed: 'token' }),
}

/** As nobody should ask: with a token that may be good, and never let in. */
export const misasked: Readonly<Record<string, (token: string) => Request>> = {
  'another method': (token) => ({ request: { ...post({ body: { token } }), method: 'GET' }, allowed: [405] }),
  'the token in the URL': (token) => ({
    request: post({ body: {}, url: `/verify?token=${encodeURIComponent(token)}` }),
    allowed: [401],
  }),
  'another content type': (token) => ({
    request: post({ body: { token }, headers: { 'content-type': 'text/plain' } }),
    allowed: [415],
  }),
  'half a body': (token) => ({ request: post({ text: JSON.stringify({ token }).slice(0, -2) }), allowed: [400, 413] }),
  'a huge body': (token) => ({
    request: post({ text: JSON.stringify({ token, more: 'x'.repeat(9_000) }) }),
    allowed: [413],
  }),
  'the token in a list': (token) => ({ request: post({ body: { token: [token] } }), allowed: [401] }),
  'the token in an object': (token) => ({ request: post({ body: { token: { toString: token } } }), allowed: [401] }),
  'a list around it': (token) => ({ request: post({ text: JSON.stringify([{ token }]) }), allowed: [401, 413] }),
  'a prototype with the token': (token) => ({
    request: post({ text: `{"__proto__":{"token":${JSON.stringify(token)}},"constructor":{"token":1}}` }),
    allowed: [401, 413],
  }),
  'another name for it': (token) => ({
    request: post({ body: { Token: token, access_token: token } }),
    allowed: [401],
  }),
  'a good token first and none after it': (token) => ({
    request: post({ text: `{"token":${JSON.stringify(token)},"token":""}` }),
    allowed: [401, 413],
  }),
  nothing: () => ({ request: post({ text: '' }), allowed: [401] }),
}

function post({
  body,
  text = '',
  url = '/verify',
  headers = JSON_TYPE,
}: {
  body?: unknown
  text?: string
  url?: string
  headers?: Record<string, string>
}): ServiceRequest {
  return { method: 'POST', url, headers, body, stream: once(text), address: '127.0.0.1' }
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
