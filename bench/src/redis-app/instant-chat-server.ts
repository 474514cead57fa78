import { Dispatcher } from 'undici'
import { issueDocument } from '../servers/issue-document.js'

const REVOKED = { RC: 0, RM: 'OK', result: { success: true, revokedTokens: 1 } }

/** A chat server in this process that answers at once: what is measured with it contains no HTTP. */
export class InstantChatServer extends Dispatcher {
  /** The only call that core makes of a dispatcher. */
  override request({ method, body }: Dispatcher.RequestOptions): never {
    const document = method === 'DELETE' ? REVOKED : issueDocument(userIn(body as string))
    return Promise.resolve({ statusCode: 200, headers: {}, body: [Buffer.from(JSON.stringify(document))] }) as never
  }
}

function userIn(body: string): string {
  return (JSON.parse(body) as { readonly _id: string })._id
}
