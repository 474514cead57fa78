import { createHash } from 'node:crypto'
import { ChatTokenError } from '@imkit-auth/core'
import { LRUCache } from 'lru-cache'
import { refuse, type Verdict, type Verifier } from '../verifier.js'
import { type ClaimNames, userFrom } from './claim-names.js'
import { httpsUrl } from './https-url.js'
import { within } from './within.js'

export interface IntrospectionOptions {
  /** The provider's introspection endpoint. https, or http on loopback. */
  readonly url: string | URL | undefined
  /** Who asks, as the provider knows this service. */
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
  /** Which fields of the answer say who the user is. @default { id: 'sub', nickname: 'name', avatarUrl: 'picture' } */
  readonly claims?: ClaimNames
  /**
   * How long an answer is used again, in seconds, 0 to 60, and never past `exp`: how late a logout is noticed.
   * @default 10
   */
  readonly cacheFor?: number
  /** How many answers are remembered. @default 10_000 */
  readonly cacheSize?: number
  /** How long the provider may take, in ms. @default 3_000 */
  readonly timeout?: number
  /** The clock, in epoch ms. @default Date.now */
  readonly now?: () => number
}

interface Answer {
  readonly verdict: Verdict
  /** Epoch ms. */
  readonly until: number
}

const MAX_ANSWER_BYTES = 64 * 1024

/**
 * Asks the identity provider about every token (RFC 7662; approach 2-1 of the seed documents), which works for opaque ones too, and
 * notices a logout within `cacheFor` seconds.
 *
 * @throws TypeError that names the option, when one is missing or wrong.
 * @example
 * const verifier = introspection({
 *   url: 'https://id.example.com/realms/app/protocol/openid-connect/token/introspect',
 *   clientId: process.env.CLIENT_ID,
 *   clientSecret: process.env.CLIENT_SECRET,
 * })
 */
export function introspection(options: IntrospectionOptions): Verifier {
  const { clientId, clientSecret, claims, now = Date.now } = options
  const url = httpsUrl('introspection: url', options.url)
  if (!clientId) throw new TypeError('introspection: clientId is missing; is the environment variable set?')
  if (!clientSecret) throw new TypeError('introspection: clientSecret is missing; is the environment variable set?')
  const cacheMs = within('introspection: cacheFor', options.cacheFor, 10, [0, 60]) * 1_000
  const timeout = within('introspection: timeout', options.timeout, 3_000, [1, 60_000])
  const answers = new LRUCache<string, Answer>({
    max: within('introspection: cacheSize', options.cacheSize, 10_000, [1, 10_000_000]),
  })
  const underWay = new Map<string, Promise<Verdict>>()
  const authorization = basic(clientId, clientSecret)

  async function ask(token: string, digest: string): Promise<Verdict> {
    const askedAt = now()
    const answer = await introspect(url, authorization, token, timeout)
    const { active, exp } = answer
    if (typeof active !== 'boolean') throw nonsense()
    if (!active) return refuse('the provider says that it is not active')
    const endsAt = typeof exp === 'number' ? exp * 1_000 : Infinity
    if (endsAt <= now()) return refuse('it has expired')
    const verdict = userFrom(answer, claims)
    answers.set(digest, { verdict, until: Math.min(endsAt, askedAt + cacheMs) })
    return verdict
  }

  return {
    async verify(token) {
      const digest = createHash('sha256').update(token).digest('base64')
      const known = answers.get(digest)
      if (known && known.until > now()) return known.verdict
      // Who wants no answer from before wants none that was asked for before either.
      if (cacheMs === 0) return ask(token, digest)
      const asked = underWay.get(digest) ?? ask(token, digest).finally(() => underWay.delete(digest))
      underWay.set(digest, asked)
      return asked
    },
    async ready() {},
  }
}

async function introspect(
  url: URL,
  authorization: string,
  token: string,
  timeout: number,
): Promise<Readonly<Record<string, unknown>>> {
  const signal = AbortSignal.timeout(timeout)
  let text: string
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization, accept: 'application/json' },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
      redirect: 'error',
      signal,
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new ChatTokenError(
        'UNAVAILABLE',
        `The introspection endpoint answers ${response.status}. Check url and client.`,
      )
    }
    text = await readText(response)
  } catch (error) {
    // What fetch says may quote the secret.
    if (error instanceof ChatTokenError) throw error
    throw new ChatTokenError('UNAVAILABLE', 'The introspection endpoint does not answer. Is url right, and is it up?')
  }
  return parsed(text)
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

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const answer: unknown = JSON.parse(text)
    if (typeof answer === 'object' && answer !== null) return answer as Record<string, unknown>
  } catch {
    // What JSON.parse says may quote the answer.
  }
  throw nonsense()
}

function nonsense(): ChatTokenError {
  return new ChatTokenError('UNAVAILABLE', 'The introspection endpoint answers something that is no introspection.')
}

/** RFC 6749, 2.3.1: both are form-encoded before they are joined. */
function basic(clientId: string, clientSecret: string): string {
  const encode = (text: string) => encodeURIComponent(text).replaceAll('%20', '+')
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`
}
