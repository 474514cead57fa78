import { readExpiration, readId, readIssue, readProfile, readToken } from './admin-fields.js'
import type { Answer } from './answer.js'
import type { ChatContext } from './chat-context.js'
import type { Profile } from './clients.js'
import { clientDocument, isoTime } from './documents.js'
import { Refusal } from './refusal.js'
import { bodyFields } from './request-body.js'
import type { Route } from './router.js'
import { defaultExpiry, type IssuedToken } from './token-issuer.js'

/** `POST /admin/clients`: issue, assign and profile only, told apart by the body. */
export function adminClientsRoute({ settings, dialect, clients, issuer, now }: ChatContext): Route {
  function assertMayHaveToken(id: string): void {
    if (settings.conflictOnExisting && clients.get(id)) {
      throw new Refusal('USER_EXISTS', `User with _id '${id}' already exists`)
    }
  }

  function give(id: string, profile: Profile, { token, expiresAt }: IssuedToken, issued: boolean): Answer {
    assertMayHaveToken(id)
    clients.assertFree(token, id)
    const client = clients.upsert(id, profile)
    clients.bind(id, token, expiresAt, issued)
    const expirationDate = isoTime(expiresAt)
    return dialect.success({ ...clientDocument(client), issueAccessToken: issued, token, expirationDate })
  }

  return {
    method: 'POST',
    path: '/admin/clients',

    handle({ body }) {
      const fields = bodyFields(body)
      const id = readId(fields)
      const profile = readProfile(fields, settings.strict)
      const issue = readIssue(fields)
      if (issue && fields.has('token')) {
        throw new Refusal('INVALID_REQUEST', 'Send either issueAccessToken: true or a token, not both')
      }
      if (issue) return give(id, profile, issuer.issue(id, { ...clients.get(id), ...profile }, now()), true)
      if (fields.has('token')) {
        const expiresAt = readExpiration(fields, now()) ?? defaultExpiry(now(), settings.tokenDays)
        return give(id, profile, { token: readToken(fields), expiresAt }, false)
      }
      if (issue === false) throw new Refusal('INVALID_REQUEST', 'Missing required field: token')
      return dialect.success(clientDocument(clients.upsert(id, profile)))
    },
  }
}
