import { ChatTokenError } from '@imkit-auth/core'

const MAX_ANSWER_BYTES = 64 * 1024

export interface IntrospectionClientOptions {
  readonly url: URL
  readonly clientId: string
  readonly clientSecret: string
  /** In ms. */
  readonly timeout: number
}

/** What a provider says of a token (RFC 7662, 2.2). */
export type Introspected = Readonly<Record<string, unknown>> & { readonly active: boolean }

/** Asks a provider about one token. The function rejects with a `ChatTokenError` when it does not answer as it should. */
export function introspectionClient(options: IntrospectionClientOptions): (token: string) => Promise<Introspected> {
  const { url, clientId, clientSecret, timeout } = options
  const headers = { authorization: basic(clientId, clientSecret), accept: 'application/json' }
  const ask = async (token: string): Promise<string> => {
    const body = new URLSearchParams({ token, token_type_hint: 'access_token' })
    const signal = AbortSignal.timeout(Math.ceil(timeout))
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal })
    if (response.status === 200) return readText(response)
    await response.body?.cancel()
    throw failed(`answers ${response.status}. Check url and client.`)
  }
  return async (token) => {
    const text = await ask(token).catch((error: unknown) => {
      // What fetch says may quote the secret.
      throw error instanceof ChatTokenError ? error : failed('does not answer. Is url right, and is it up?')
    })
    return parsed(text)
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw nonsense()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): Introspected {
  try {
    const answer: unknown = JSON.parse(text)
    if (typeof (answer as { active?: unknown } | null)?.active === 'boolean') return answer as Introspected
  } catch {
    // What JSON.parse says may quote the answer.
  }
  throw nonsense()
}

function nonsense(): ChatTokenError {
  return failed('answers something that is no introspection.')
}

function failed(how: string): ChatTokenError {
  return new ChatTokenError('UNAVAILABLE', `The introspection endpoint ${how}`)
}

/** RFC 6749, 2.3.1: both are form-encoded before they are joined. */
function basic(clientId: string, clientSecret: string): string {
  const encode = (text: string) => encodeURIComponent(text).replaceAll('%20', '+')
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`
}
