import { readId, readProfile } from './admin-fields.js'
import type { ChatContext } from './chat-context.js'
import { clientDocument } from './documents.js'
import { Refusal } from './refusal.js'
import { bodyFields, fieldsOf } from './request-body.js'
import type { Route } from './router.js'

const LARGEST_BATCH = 100
const LARGEST_PAGE = 100
const USUAL_PAGE = 50

function wholeNumber(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const given = query.get(name)
  if (given === null) return fallback
  if (!/^\d{1,9}$/.test(given)) throw new Refusal('INVALID_REQUEST', `${name} must be a whole number`)
  return Math.min(Number(given), max)
}

/** `GET /admin/clients` (pages by `skip` and `limit`, 50 by default, at most 100) and `POST /admin/clients/list`. */
export function adminListRoutes({ settings, dialect, clients }: ChatContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/admin/clients',
      handle({ target: { query } }) {
        if (query.has('q')) throw new Refusal('INVALID_REQUEST', 'The emulator cannot filter by q')
        const skip = wholeNumber(query, 'skip', 0, Number.MAX_SAFE_INTEGER)
        const limit = wholeNumber(query, 'limit', USUAL_PAGE, LARGEST_PAGE)
        const page = [...clients.all()].slice(skip, skip + limit)
        return dialect.success({ totalCount: clients.size, data: page.map(clientDocument) })
      },
    },
    {
      method: 'POST',
      path: '/admin/clients/list',
      handle({ body }) {
        const data = bodyFields(body).get('data')
        if (!Array.isArray(data)) throw new Refusal('INVALID_REQUEST', 'data must be an array of clients')
        if (data.length > LARGEST_BATCH) {
          throw new Refusal('INVALID_REQUEST', `data has ${data.length} clients; at most ${LARGEST_BATCH} are taken`)
        }
        const batch = data.map((item: unknown) => {
          const fields = fieldsOf(item)
          if (!fields) throw new Refusal('INVALID_REQUEST', 'data must be an array of clients')
          return { id: readId(fields), profile: readProfile(fields, settings.strict) }
        })
        for (const { id, profile } of batch) clients.upsert(id, profile)
        return dialect.success({ count: batch.length })
      },
    },
  ]
}
