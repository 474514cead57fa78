import type { Identity } from './auth-service.js'
import type { ChatContext } from './chat-context.js'
import type { ChatRequest } from './chat-request.js'
import { hasClientKey, sentToken } from './client-access.js'
import type { Client, ClientToken } from './clients.js'
import { clientDocument } from './documents.js'
import { Refusal } from './refusal.js'
import type { Route } from './router.js'

/** Who a call is from. */
interface Caller {
  readonly client: Client
  /** Absent when an auth service has judged it: then it is none of the chat server's, which has nothing to revoke. */
  readonly token?: ClientToken
}

/** The calls of a chat client: `GET /me`, `POST /me/logout` and `POST /me/logout-others`. */
export function meRoutes({ settings, dialect, clients }: ChatContext): Route[] {
  function ownToken(request: ChatRequest): Caller {
    const token = clients.token(sentToken(request))
    const client = token && clients.get(token.clientId)
    if (!client) throw new Refusal('UNAUTHORIZED', 'The token in IM-Authorization is unknown, revoked or expired')
    return { client, token }
  }

  function judged(identity: Identity): Caller {
    if (identity.kind === 'verified') return { client: clients.upsert(identity.id, identity.profile) }
    if (identity.kind === 'refused') {
      throw new Refusal('UNAUTHORIZED', 'The auth service says that the token in IM-Authorization is not valid')
    }
    throw new Refusal(
      'AUTH_SERVICE_UNAVAILABLE',
      'Within 5 s the auth service answered neither 200 with {"id": "…"} as JSON nor 401',
    )
  }

  function authenticate(request: ChatRequest): Caller {
    if (!hasClientKey(request, settings.clientKey)) {
      throw new Refusal('UNAUTHORIZED', 'Send the client key in the header IM-CLIENT-KEY')
    }
    return request.identity ? judged(request.identity) : ownToken(request)
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
        if (token) clients.revoke(client.id, token.token)
        return dialect.success({ success: true })
      },
    },
    {
      method: 'POST',
      path: '/me/logout-others',
      handle(request) {
        const { client, token: own } = authenticate(request)
        const others = own ? clients.tokensOf(client.id).filter(({ token }) => token !== own.token) : []
        for (const { token } of others) clients.revoke(client.id, token)
        return dialect.success({ success: true })
      },
    },
  ]
}
