import { Dispatcher } from 'undici'
import { tokenOf } from '../population.js'

/** A chat server in this process that answers at once: what is measured with it contains no HTTP. */
export class InstantChatServer extends Dispatcher {
  /** The only call that core makes of a dispatcher. */
  override request({ method, body }: Dispatcher.RequestOptions): never {
    const result =
      method === 'DELETE' ? { success: true, revokedTokens: 1 } : issued(typeof body === 'string' ? body : '')
    const text = JSON.stringify({ RC: 0, RM: 'OK', result })
    return Promise.resolve({ statusCode: 200, headers: {}, body: [Buffer.from(text)] }) as never
  }
}

function issued(body: string): object {
  const { _id: id } = JSON.parse(body) as { readonly _id: string }
  const { token, expiresAt } = tokenOf({ id })
  return { _id: id, token, expirationDate: new Date(expiresAt).toISOString() }
}
