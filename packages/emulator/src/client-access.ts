import { type ChatRequest, header } from './chat-request.js'

type Head = Omit<ChatRequest, 'body'>

/** Whether the request has the client key, which all calls of chat clients need. */
export function hasClientKey(request: Head, clientKey: string): boolean {
  return header(request, 'im-client-key', 'client_key') === clientKey
}

/** The token that a chat client sends, without `Bearer`; empty when there is none. */
export function sentToken(request: Head): string {
  return header(request, 'im-authorization', 'authorization')?.replace(/^Bearer +/i, '') ?? ''
}

/** The token that only an auth service can judge: that of a call below `/me` with the client key; empty when there is none. */
export function tokenToVerify(request: Head, clientKey: string): string {
  return request.target.segments[0] === 'me' && hasClientKey(request, clientKey) ? sentToken(request) : ''
}
