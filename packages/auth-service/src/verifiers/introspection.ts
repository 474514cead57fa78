import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { refuse, type Verdict, type Verifier } from '../verifier.js'
import { type ClaimNames, userFrom } from './claim-names.js'
import { httpsUrl } from './https-url.js'
import { introspectionClient } from './introspection-client.js'
import { within } from './within.js'

export interface IntrospectionOptions {
  /** The provider's introspection endpoint. https, or http on loopback. */
  readonly url: string | URL | undefined
  /** Who asks, as the provider knows this service. */
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
  /**
   * Required `aud` of the answer, when given: one of these. A provider that answers about the tokens of every app needs it, or those
   * would open the chat as well.
   */
  readonly audience?: string | readonly string[] | undefined
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

/** All times are in epoch ms. */
interface Question {
  readonly askedAt: number
  readonly verdict: Promise<Verdict>
}

interface Answer {
  readonly askedAt: number
  readonly endsAt: number
  readonly verdict: Verdict
}

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
  const { clientId, clientSecret, claims, audience, now = Date.now } = options
  const url = httpsUrl('introspection: url', options.url)
  if (!clientId) throw new TypeError('introspection: clientId is missing; is the environment variable set?')
  if (!clientSecret) throw new TypeError('introspection: clientSecret is missing; is the environment variable set?')
  const cacheMs = within('introspection: cacheFor', options.cacheFor, 10, [0, 60]) * 1_000
  const timeout = within('introspection: timeout', options.timeout, 3_000, [1, 60_000])
  const answers = new LRUCache<string, Answer>({
    max: within('introspection: cacheSize', options.cacheSize, 10_000, [1, 10_000_000]),
  })
  const underWay = new Map<string, Question>()
  const introspect = introspectionClient({ url, clientId, clientSecret, timeout })

  /** Whether what the provider was asked then may count now. Nothing does for 0 seconds, nor what a clock set back calls new. */
  function isFresh({ askedAt }: { readonly askedAt: number }): boolean {
    const age = now() - askedAt
    return age >= 0 && age < cacheMs
  }

  async function ask(token: string, digest: string, askedAt: number): Promise<Verdict> {
    const answer = await introspect(token)
    const { active, exp, aud } = answer
    if (!active) return refuse('the provider says that it is not active')
    if (audience !== undefined && !meets(aud, audience)) return refuse('its aud is missing or wrong')
    const endsAt = typeof exp === 'number' ? exp * 1_000 : Infinity
    if (endsAt <= now()) return refuse('it has expired')
    const verdict = userFrom(answer, claims)
    answers.set(digest, { askedAt, endsAt, verdict })
    return verdict
  }

  return {
    async verify(token) {
      const digest = createHash('sha256').update(token).digest('base64')
      const known = answers.get(digest)
      if (known && isFresh(known) && known.endsAt > now()) return known.verdict
      const asked = underWay.get(digest)
      if (asked && isFresh(asked)) return asked.verdict
      const askedAt = now()
      const question: Question = { askedAt, verdict: ask(token, digest, askedAt).finally(end) }
      underWay.set(digest, question)
      return question.verdict

      function end(): void {
        if (underWay.get(digest) === question) underWay.delete(digest)
      }
    },
    async ready() {},
  }
}

/** Whether a token that is for `found` is for one of those who are wanted. */
function meets(found: unknown, wanted: string | readonly string[]): boolean {
  const names: readonly unknown[] = Array.isArray(found) ? found : [found]
  return names.some((name) => (typeof wanted === 'string' ? [wanted] : wanted).includes(name as string))
}
