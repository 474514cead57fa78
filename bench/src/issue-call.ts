import type { Pool } from 'undici'

/** The key that every chat server here takes. */
export const API_KEY = 'key'

const PATH = '/admin/clients'
const METHOD = 'POST'

/** One call that asks for a user's token, and no more around it than the HTTP client needs. */
export async function issueThrough(pool: Pool, id: string): Promise<string> {
  const { statusCode, body } = await pool.request({ method: METHOD, path: PATH, headers: headers(), body: bodyFor(id) })
  return tokenIn(statusCode, await body.json())
}

/** The same through the `fetch` that Node.js has. */
export async function issueByFetch(url: string, id: string): Promise<string> {
  const response = await fetch(`${url}${PATH}`, { method: METHOD, headers: headers(), body: bodyFor(id) })
  return tokenIn(response.status, await response.json())
}

function headers(): Record<string, string> {
  return { 'im-api-key': API_KEY, accept: 'application/json', 'content-type': 'application/json' }
}

function bodyFor(id: string): string {
  return JSON.stringify({ _id: id, issueAccessToken: true })
}

function tokenIn(status: number, document: unknown): string {
  const { result } = document as { readonly result?: { readonly token?: string } }
  if (status !== 200 || !result?.token) throw new Error(`the chat server answered ${status} and gave no token`)
  return result.token
}
