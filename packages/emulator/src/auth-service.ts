import type { Profile } from './clients.js'
import { fieldsOf, parseBody } from './request-body.js'

const PATIENCE_MS = 5000
const LARGEST_ANSWER_BYTES = 65_536
const OPTIONAL = ['nickname', 'avatarUrl'] as const

/** What an auth service says of a token: whose it is, that it is nobody's, or nothing that could be understood. */
export type Identity =
  | { readonly kind: 'verified'; readonly id: string; readonly profile: Profile }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unavailable' }

const UNAVAILABLE: Identity = { kind: 'unavailable' }

async function read(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > LARGEST_ANSWER_BYTES) throw new RangeError('The answer of the auth service is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function identityOf(document: unknown): Identity {
  const fields = fieldsOf(document)
  const id = fields?.get('id')
  if (!fields || typeof id !== 'string' || id === '') return UNAVAILABLE
  const given = OPTIONAL.filter((name) => fields.has(name)).map((name) => [name, fields.get(name)] as const)
  if (given.some(([, value]) => typeof value !== 'string')) return UNAVAILABLE
  return { kind: 'verified', id, profile: Object.fromEntries(given) }
}

async function ask(url: string, token: string, signal: AbortSignal): Promise<Identity> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token }),
    redirect: 'error',
    signal,
  })
  if (response.status === 200 && response.body) return identityOf(parseBody(await read(response.body)).value)
  await response.body?.cancel()
  return response.status === 401 ? { kind: 'refused' } : UNAVAILABLE
}

/**
 * Asks the auth service at `url` whose token that is, as IMKIT's chat server does under external authorization:
 * `POST` of `{token}`, 200 with `{id, nickname?, avatarUrl?}` or 401. It never rejects and remembers nothing; whatever
 * else is answered, no answer within 5 seconds, and an end of `open` before it count as unavailable.
 */
export async function askAuthService(url: string, token: string, open: AbortSignal): Promise<Identity> {
  // Not AbortSignal.any with a timeout: Node.js 20 may collect it as garbage, and then it never fires.
  const patience = new AbortController()
  const giveUp = (): void => patience.abort()
  const timer = setTimeout(giveUp, PATIENCE_MS)
  open.addEventListener('abort', giveUp)
  try {
    return await ask(url, token, patience.signal)
  } catch {
    return UNAVAILABLE
  } finally {
    clearTimeout(timer)
    open.removeEventListener('abort', giveUp)
  }
}
