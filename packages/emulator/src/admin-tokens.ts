import { readExpiration, readToken } from './admin-fields.js'
import type { ChatContext } from './chat-context.js'
import type { Client } from './clients.js'
import { clientDocument, isoTime, tokenDocument } from './documents.js'
import { Refusal } from './refusal.js'
import { bodyFields } from './request-body.js'
import type { Route } from './router.js'
import { defaultExpiry } from './token-issuer.js'

const PATH = '/admin/clients/*/token'

/** `PUT` and `DELETE /admin/clients/{id}/token`: update and revoke. */
export function adminTokenRoutes({ settings, dialect, clients, now }: ChatContext): Route[] {
  function known([id = '']: readonly string[]): Client {
    const client = clients.get(id)
    if (!client) throw new Refusal('CLIENT_NOT_FOUND', `There is no client '${id}'`)
    return client
  }

  return [
    {
      method: 'PUT',
      path: PATH,
      handle({ body, params }) {
        const { id } = known(params)
        const fields = bodyFields(body)
        const token = readToken(fields)
        const expiresAt = readExpiration(fields, now()) ?? defaultExpiry(now(), settings.tokenDays)
        clients.bind(id, token, expiresAt, false)
        const client = clients.upsert(id, {})
        return dialect.success({ ...clientDocument(client), token, expirationDate: isoTime(expiresAt) })
      },
    },
    {
      method: 'DELETE',
      path: PATH,
      handle({ body, params }) {
        const { id } = known(params)
        const fields = bodyFields(body)
        if (settings.ignoreDeleteBody || !fields.has('token')) {
          return dialect.revoked(clients.revokeAll(id).map(tokenDocument))
        }
        const revoked = clients.revoke(id, readToken(fields))
        if (!revoked) throw new Refusal('TOKEN_NOT_FOUND', `Client '${id}' has no such token`)
        return dialect.revoked([tokenDocument(revoked)])
      },
    },
  ]
}
