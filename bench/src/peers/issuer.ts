import { Pool } from 'undici'
import type { KeptToken } from '../population.js'

export interface ChatServerAddress {
  readonly url: string
  readonly apiKey: string
}

/** What a peer calls for a token that it has not: the very request of imkit-auth, over a pool like that of imkit-auth. */
export function issuer({ url, apiKey }: ChatServerAddress): (userId: string) => Promise<KeptToken> {
  const pool = new Pool(url, { connections: 50 })
  return async (userId) => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/admin/clients',
      headers: { 'im-api-key': apiKey, accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify({ _id: userId, issueAccessToken: true }),
    })
    if (statusCode !== 200) throw new Error(`the chat server answered ${statusCode}: ${await body.text()}`)
    const { result } = (await body.json()) as { readonly result: { token: string; expirationDate: string } }
    return { token: result.token, expiresAt: Date.parse(result.expirationDate) }
  }
}
