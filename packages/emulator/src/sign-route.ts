import { readId, readProfile } from './admin-fields.js'
import type { ChatContext } from './chat-context.js'
import { isoTime } from './documents.js'
import { bodyFields } from './request-body.js'
import type { Route } from './router.js'

/**
 * `POST /auths/sign/v2`: the older way to issue a token, which creates or updates the client too (IMKIT's server wiki).
 * On their sandboxes the public client key suffices; here it needs the API key like every call that gives a token.
 */
export function signRoute({ settings, dialect, clients, issuer, now }: ChatContext): Route {
  return {
    method: 'POST',
    path: '/auths/sign/v2',
    handle({ body }) {
      const fields = bodyFields(body)
      const id = readId(fields, 'id')
      const client = clients.upsert(id, readProfile(fields, settings.strict))
      const { token, expiresAt } = issuer.issue(id, client, now())
      clients.bind(id, token, expiresAt, true)
      return dialect.success({
        authType: 'Standalone JWT',
        token,
        expirationDate: isoTime(expiresAt),
        id,
        exp: Math.floor(expiresAt / 1000),
      })
    },
  }
}
