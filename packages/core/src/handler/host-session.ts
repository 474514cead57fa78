import { randomUUID } from 'node:crypto'
import type { ChatTokens } from '../chat-tokens.js'

/** What a binding knows of the sessions that its framework has. */
export interface HostSessions<Request> {
  readonly cookies: (request: Request) => string | undefined
  readonly places: (request: Request) => KnownPlaces
}

/** Where a request tells which session it belongs to. */
export interface KnownPlaces {
  /** The id of a session that is kept in a store, as express-session has it in `req.sessionID`. */
  readonly stored?: string | undefined
  /** A session that is in its cookie as a whole, such as cookie-session's. */
  readonly inCookie?: unknown
  /** Claims of a token that was verified, such as those of express-jwt in `req.auth`. */
  readonly claims?: unknown
}

/** The key under which a session that lives in its cookie keeps the name by which one chat knows it: each chat has its own. */
export function nameKey({ spaceName }: Pick<ChatTokens, 'spaceName'>): string {
  return `chatSession.${spaceName}`
}

/** The name of a session: the id that it has anyway; what its token says (`sid`, then `jti`); or one that a login puts into its cookie. */
export function sessionName(
  { stored, inCookie, claims }: KnownPlaces,
  key: string,
  atLogin: boolean,
): string | undefined {
  if (stored !== undefined) return stored
  const told = isClaims(claims) ? (text(claims, 'sid') ?? text(claims, 'jti')) : undefined
  if (told !== undefined) return told
  if (typeof inCookie !== 'object' || inCookie === null) return undefined
  // A new one for each login: what was in the cookie before a logout stays logged out.
  if (atLogin) Reflect.set(inCookie, key, randomUUID())
  return text(inCookie, key)
}

/** Names that a session may have had when the request came: the ids in its cookies, and what a login put there. */
export function formerNames(cookies: string | undefined, { inCookie }: KnownPlaces, key: string): readonly string[] {
  const named = text(inCookie, key)
  return named === undefined ? idsInCookies(cookies) : [...idsInCookies(cookies), named]
}

/** A user from a database has no times of a token. */
function isClaims(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return ['iat', 'exp'].some((time) => typeof Reflect.get(value, time) === 'number')
}

/**
 * The ids that the cookies of a request may hold: as they are (koa-session), or signed as express-session (`s:id.signature`)
 * and @fastify/session (`id.signature`) do it. That
 * their signatures are not checked does no harm: only sessions of the user who logs in can be meant.
 */
function idsInCookies(header: string | undefined): readonly string[] {
  const values = (header ?? '')
    .split(';', MOST_COOKIES)
    .map((pair) => decoded(pair.slice(pair.indexOf('=') + 1).trim()))
  return values.flatMap((value) => {
    if (value.length > LONGEST_ID) return []
    const signed = value.lastIndexOf('.')
    if (value.startsWith('s:')) return [value.slice(2, signed)]
    return signed === -1 ? [value] : [value, value.slice(0, signed)]
  })
}

/**
 * What express-session, @fastify/session (an id in its session), cookie-session, passport-jwt, express-jwt,
 * express-oauth2-jwt-bearer and express-openid-connect add.
 */
interface ExpressRequest {
  /** A unit test may have none. */
  readonly headers?: { readonly cookie?: string | undefined }
  readonly sessionID?: string
  readonly session?: unknown
  readonly sessionOptions?: object
  readonly user?: unknown
  readonly auth?: { readonly payload?: unknown }
  readonly oidc?: { readonly idTokenClaims?: unknown }
}

/** The sessions of Express, and of Nest on either of its platforms. */
export const expressSessions: HostSessions<object> = {
  cookies: (request) => (request as ExpressRequest).headers?.cookie,
  places: (request) => {
    const { sessionID, session, sessionOptions, user, auth, oidc } = request as ExpressRequest
    return {
      stored: sessionID ?? text(session, 'sessionId'),
      // Of those without an id, cookie-session alone has options there.
      inCookie: sessionOptions && session,
      claims: [oidc?.idTokenClaims, auth?.payload, auth, user].find(isClaims),
    }
  },
}

const MOST_COOKIES = 50
const LONGEST_ID = 256

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function text(holder: unknown, name: string): string | undefined {
  if (typeof holder !== 'object' || holder === null) return undefined
  const value: unknown = Reflect.get(holder, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}
