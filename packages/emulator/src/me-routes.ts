import type { ChatContext } from './chat-context.js'
import { type ChatRequest, header } from './chat-request.js'
import type { Client, ClientToken } from './clients.js'
import { clientDocument } from './documents.js'
import { Refusal } from './refusal.js'
import type { Route } from './router.js'

/** The calls of a chat client: `GET /me`, `POST /me/logout` and `POST /me/logout-others`. */
export function meRoutes({ settings, dialect, clients }: ChatContext): Route[] {
  function authenticate(request: ChatRequest): { readonly client: Client; readonly token: ClientToken } {
    if (header(request, 'im-client-key', 'client_key') !== settings.clientKey) {
      throw new Refusal('UNAUTHORIZED', 'Send the client key in the header IM-CLIENT-KEY')
    }
    const sent = header(request, 'im-authorization', 'authorization')?.replace(/^Bearer +/i, '') ?? ''
    const token = clients.token(sent)
    const client = token && clients.get(token.clientId)
    if (!client) throw new Refusal('UNAUTHORIZED', 'The token in IM-Authorization is unknown, revoked or expired')
    return { client, token }
  }

  return [
    {
      method: 'GET',
      path: '/me',
      handle: (request) => dialect.success(clientDocument(authenticate(request).client)),
    },
    {
      method: 'POST',
      path: '/me/logout',
      handle(request) {
        const { client, token } = authenticate(request)
        clients.revoke(client.id, token.token)
        return dialect.success({ success: true })
      },
    },
    {
      method: 'POST',
      path: '/me/logout-others',
      handle(request) {
        const { client, token: own } = authenticate(request)
        const others = clients.tokensOf(client.id).filter(({ token }) => token !== own.token)
        for (const { token } of others) clients.revoke(client.id, token)
        return dialect.success({ success: true })
      },
    },
  ]
}
