import type { Dispatcher } from 'undici'
import { dispatcherFrom } from './chat-server/dispatcher-option.js'
import { ChatTokenError } from './errors.js'
import type { Mode } from './modes/mode.js'
import { quiet, type QuietLogger } from './once-a-minute.js'
import { isSafeUrl } from './safe-url.js'
import { memoryStore } from './store/memory-store.js'
import type { TokenStore } from './store/token-store.js'

/** Where warnings and errors go: `console`, pino, winston and Nest's logger all fit. */
export interface Logger {
  warn(message: string): void
  /** What only an operator can mend, such as an API key that the chat server refuses. @default warn */
  error?(message: string): void
}

export interface ChatTokensOptions {
  /** Base URL of the chat server, such as `https://<app>.imkit.io`. https, or http on a loopback address. */
  readonly serverUrl: string | undefined
  /**
   * The admin key, sent as `IM-API-KEY` to `serverUrl` and nowhere else. A function is asked before every call. `external()`
   * needs none: with one, profiles are also sent to the chat server.
   */
  readonly apiKey?: string | (() => string) | undefined
  /** The public key that chat SDKs send as `IM-CLIENT-KEY`. Handed to the page with each token. */
  readonly clientKey?: string | undefined
  /** How tokens come into being: `issue()`, `assign({ mint })` or `external({ mint })`. */
  readonly mode: Mode
  /** Where tokens are kept. @default memoryStore() */
  readonly store?: TokenStore
  /**
   * `'user'`: one token a user, shared by their devices; a logout anywhere revokes it and the others fetch a new one.
   * `'session'`: one token for each host session; needs a chat server that keeps several tokens of a user.
   * @default 'user'
   */
  readonly scope?: 'user' | 'session'
  /** Keeps apart what shares one store and one chat server, such as tenants. @default '' */
  readonly namespace?: string
  /**
   * How long before its expiry a token is renewed, in ms; never more than half of its life.
   * @default 86_400_000 (a day)
   */
  readonly renewBefore?: number
  /**
   * How long after an unanswered request the chat server may still act on it, in ms: an assumption about the server and
   * the network. Within it nobody else obtains a token for that user.
   * @default 10_000, or 0 without an `apiKey`
   */
  readonly ambiguityHorizon?: number
  /** How long a call may take altogether, in ms: waiting for others, sending, retrying. @default 3_000 */
  readonly deadline?: number
  /**
   * How many requests the chat server gets in any 60 s, from everyone who shares the store; IMKIT allows 1,000 for one API
   * key. Logins may have 8/9 of them, revocations always 1/9. `Infinity` for a server of your own without a limit.
   * @default 900
   */
  readonly requestsPerMinute?: number
  /** An undici 7 `Dispatcher` instead of a pool of 50 connections, for proxies and TLS settings. It is not closed.
   * Under Bun, whose undici sends nothing: an object with such a `request()`, instead of Bun's `fetch`. */
  readonly dispatcher?: Dispatcher
  /** The clock, in epoch ms. @default Date.now */
  readonly now?: () => number
  /** Gets warnings and errors: the same one at most once a minute. @default console */
  readonly logger?: Logger
}

export interface Settings {
  readonly serverUrl: URL
  /** `undefined` when nothing may be asked of the chat server. */
  readonly apiKey: (() => string) | undefined
  readonly clientKey: string | undefined
  readonly mode: Mode
  /** Whether the chat server is told of no token, and asks. */
  readonly isExternal: boolean
  readonly store: TokenStore
  readonly scope: 'user' | 'session'
  readonly namespace: string
  readonly renewBefore: number
  readonly ambiguityHorizon: number
  readonly deadline: number
  readonly requestsPerMinute: number
  readonly dispatcher: Dispatcher | undefined
  readonly now: () => number
  readonly logger: QuietLogger
  /** Told of a profile's field that is not sent. */
  readonly leftOut: (problem: string) => void
}

const PRINTABLE = /^[\x21-\x7e]+$/

/** Checks every option once, and says which one is wrong. No message repeats a key. */
export function settingsFrom(options: ChatTokensOptions): Settings {
  if (typeof options !== 'object' || options === null) throw new TypeError('createChatTokens needs an options object')
  const { mode, scope = 'user', namespace = '', now = Date.now } = options
  const logger = quiet(options.logger ?? console)
  if (typeof mode?.obtain !== 'function') {
    throw new TypeError('mode must be issue(), assign({ mint }) or external({ mint })')
  }
  if (scope !== 'user' && scope !== 'session') throw new TypeError("scope must be 'user' or 'session'")
  if (typeof namespace !== 'string' || /\p{Surrogate}/u.test(namespace)) {
    throw new TypeError('namespace must be a string without lone surrogates')
  }
  const isExternal = mode.name === 'external'
  const isAsked = !isExternal || options.apiKey !== undefined
  if (isExternal && !mode.ownToken && scope === 'session') {
    throw new TypeError("scope 'session' does not fit external({ mint }): a logout ends every token of the user")
  }
  return {
    serverUrl: serverUrlFrom(options.serverUrl),
    apiKey: isAsked ? apiKeyFrom(options.apiKey) : undefined,
    clientKey: clientKeyFrom(options.clientKey),
    mode,
    isExternal,
    store: options.store ?? memoryStore(),
    scope,
    namespace,
    renewBefore: milliseconds('renewBefore', options.renewBefore, 86_400_000, 0),
    // Where nothing is ever sent, nothing can be acted on late.
    ambiguityHorizon: milliseconds('ambiguityHorizon', options.ambiguityHorizon, isAsked ? 10_000 : 0, 0),
    deadline: milliseconds('deadline', options.deadline, 3_000, 1),
    requestsPerMinute: requestsFrom(options.requestsPerMinute),
    dispatcher: dispatcherFrom(options.dispatcher),
    now,
    logger,
    leftOut: (problem) => logger.warn(`imkit-auth: ${problem}`),
  }
}

export function serverUrlFrom(value: unknown): URL {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (value === undefined || value === '') throw wrongUrl('it is missing; is the environment variable set?')
  if (!url) throw wrongUrl('this is not a URL')
  if (!isSafeUrl(url)) {
    throw wrongUrl('use https (http is only for loopback addresses), or the API key could be read on the way')
  }
  if (url.username !== '' || url.password !== '') throw wrongUrl('leave user name and password out')
  if (url.search !== '' || url.hash !== '') throw wrongUrl('leave query and fragment out')
  return url
}

function wrongUrl(why: string): TypeError {
  return new TypeError(`serverUrl must be an address such as https://app.imkit.io: ${why}`)
}

/** How to get the key before each call. A function is not called here. */
export function apiKeyFrom(value: ChatTokensOptions['apiKey']): () => string {
  if (typeof value !== 'function') {
    if (value === undefined || value === '') throw new TypeError('apiKey is missing; is the environment variable set?')
    if (!isHeaderValue(value))
      throw new TypeError('apiKey must be the key itself (printable ASCII) or a function that returns it')
    return () => value
  }
  return () => {
    const key = attempt(value)
    if (isHeaderValue(key)) return key
    throw new ChatTokenError('UNAUTHORIZED', 'The apiKey function threw or did not return a key (printable ASCII).')
  }
}

export function clientKeyFrom(value: unknown): string | undefined {
  if (value === undefined || isHeaderValue(value)) return value
  throw new TypeError('clientKey must be printable ASCII without spaces')
}

function attempt(get: () => unknown): unknown {
  try {
    return get()
  } catch {
    return undefined
  }
}

function isHeaderValue(value: unknown): value is string {
  return typeof value === 'string' && PRINTABLE.test(value)
}

function requestsFrom(value = 900): number {
  if (value === Infinity || (Number.isSafeInteger(value) && value >= 9)) return value
  throw new TypeError('requestsPerMinute must be a whole number of at least 9, or Infinity')
}

/** Timers cannot wait longer than 2^31 − 1 ms; none of these options should come near. */
function milliseconds(name: string, value: number | undefined, fallback: number, min: number): number {
  const ms = value ?? fallback
  if (Number.isFinite(ms) && ms >= min && ms <= 2_147_483_647) return ms
  throw new TypeError(`${name} must be a number of milliseconds, from ${min} to 2147483647`)
}
