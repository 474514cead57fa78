import type { Awaitable } from '../store/awaitable.js'
import type { Identified } from '../user.js'
import { headerNames } from './cors.js'
import { copying } from './identified.js'
import { originSet } from './origin.js'
import type { TokenRouteRules } from './token-route.js'

/** What every binding takes. */
export interface BindingOptions<Request> {
  /**
   * Who is logged in, as the host app knows it. The one thing an app must supply. Should it throw, a login goes on without
   * chat and a logout without its revocation, with a warning.
   */
  readonly identify: (request: Request) => Awaitable<Identified>
  /**
   * What all requests of one login have in common, and those of another have not: it lets a logout stop what is under way, and
   * everything that shows the same cookie or token again.
   * @default the id of a session that is kept in a store; a verified token's `sid` or `jti`; a random id that a login puts into
   * a session that is kept in its cookie
   */
  readonly session?: (request: Request) => string | undefined
  /**
   * Other origins whose pages may fetch tokens (with CORS and cookies), such as `https://app.example.com`, or
   * `capacitor://localhost` and `chrome-extension://<id>` for apps and extensions.
   * @default []
   */
  readonly origins?: readonly string[]
  /**
   * The headers that pages of those origins may send along, such as `['authorization', 'x-csrf-token']`.
   * @default whatever they ask for in the preflight
   */
  readonly allowedHeaders?: readonly string[]
  /**
   * Whether a proxy in front of the app sets `X-Forwarded-Host` and `X-Forwarded-Proto`: then they say which host the page
   * asked, and whether over TLS. Without such a proxy any client can set them.
   * @default false
   */
  readonly trustProxy?: boolean
  /**
   * What a login does when no chat token can be had: `'continue'` without one (the page fetches it later), or `'fail'`
   * with an error that answers 503.
   * @default 'continue'
   */
  readonly onUnavailable?: 'continue' | 'fail'
  /**
   * How long a login waits for its chat token, in ms. The token is obtained all the same: the page fetches it later.
   * @default the `deadline` of the tokens: 3_000
   */
  readonly loginWaitMs?: number
  /**
   * How long a logout's answer waits for the chat server to confirm the revocation, in ms. The revocation goes on all the
   * same. 0 does not wait.
   * @default 1_000
   */
  readonly logoutWaitMs?: number
}

export interface BindingSettings<Request> extends TokenRouteRules {
  readonly identify: (request: Request) => Awaitable<Identified>
  readonly session: ((request: Request) => string | undefined) | undefined
  readonly onUnavailable: 'continue' | 'fail'
  readonly loginWaitMs: number | undefined
  readonly logoutWaitMs: number | undefined
}

/** Checks every option once. @throws TypeError that names the one that is missing or wrong. */
export function bindingSettings<Request>(options: BindingOptions<Request>): BindingSettings<Request> {
  if (typeof options?.identify !== 'function') {
    throw new TypeError('identify must be a function that returns the logged-in user, such as (req) => req.user')
  }
  const { session, onUnavailable = 'continue', trustProxy = false } = options
  if (session !== undefined && typeof session !== 'function') {
    throw new TypeError('session must be a function that returns the id of the host session')
  }
  if (onUnavailable !== 'continue' && onUnavailable !== 'fail') {
    throw new TypeError("onUnavailable must be 'continue' or 'fail'")
  }
  if (typeof trustProxy !== 'boolean') throw new TypeError('trustProxy must be true or false')
  return {
    identify: copying(options.identify.bind(options)),
    session,
    onUnavailable,
    trustProxy,
    origins: originSet(options.origins),
    allowedHeaders: headerNames(options.allowedHeaders),
    loginWaitMs: milliseconds('loginWaitMs', options.loginWaitMs),
    logoutWaitMs: milliseconds('logoutWaitMs', options.logoutWaitMs),
  }
}

function milliseconds(name: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isFinite(value) && value >= 0 && value <= 2_147_483_647)) return value
  throw new TypeError(`${name} must be a number of milliseconds, 0 or more`)
}
