import { headerOf, pseudoHeader, type RequestHeaders } from './request-headers.js'

/** What decides whether a page may ask for tokens. */
export interface OriginRules {
  /** Other origins than the app's own. */
  readonly origins: ReadonlySet<string>
  /** Whether `X-Forwarded-Host` and `X-Forwarded-Proto` say how the page reached the app. */
  readonly trustProxy: boolean
}

interface Asked {
  readonly headers: RequestHeaders
  /** Whether the request is known to have come over TLS. */
  readonly secure?: boolean | undefined
}

/**
 * Whether a request comes from the app's own pages, from one of the listed origins, or from no browser at all. Cookies
 * are sent along from foreign pages too; this keeps those from making tokens, and `origins` from being a wildcard.
 */
export function isAllowedOrigin(asked: Asked, { origins, trustProxy }: OriginRules): boolean {
  const { headers } = asked
  const origin = headerOf(headers, 'origin')
  if (origin !== undefined && origins.has(origin)) return true
  const page = origin === undefined ? undefined : webOrigin(origin)
  // `null` is a sandboxed frame or a file, and what is no origin comes from no page of the app.
  if (origin !== undefined && page === undefined) return false
  // Who can write into a page that came without TLS is not the app.
  if (page?.protocol === 'http:' && isSecure(asked, trustProxy)) return false
  const site = headerOf(headers, 'sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return page === undefined || isHostOf(page, hostOf(headers, trustProxy))
}

/** Checks `origins` once. @throws TypeError for anything that is not exactly an origin. */
export function originSet(origins: readonly string[] = []): ReadonlySet<string> {
  if (!Array.isArray(origins)) throw new TypeError('origins must be a list, such as ["https://app.example.com"]')
  for (const origin of origins as readonly unknown[]) {
    if (typeof origin === 'string' && isOrigin(origin)) continue
    throw new TypeError(
      `origins must hold origins such as https://app.example.com or capacitor://localhost, without path or wildcard; "${String(origin)}" is none`,
    )
  }
  return new Set(origins)
}

/** Schemes of what browsers open, but never call an origin. */
const NO_ORIGINS = /^(about|blob|data|file|ftp|javascript|wss?):/i

/** What a page of the web, an app's web view (`capacitor:`, `tauri:`, `app:`) or an extension calls itself. */
function isOrigin(text: string): boolean {
  if (/^https?:/i.test(text)) return !text.includes('*') && webOrigin(text)?.origin === text
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*,\\]+$/.test(text) && !NO_ORIGINS.test(text)
}

function webOrigin(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined
}

/** The host that the page asked, with its port if it was given. */
function hostOf(headers: RequestHeaders, trustProxy: boolean): string | undefined {
  const forwarded = trustProxy ? first(headerOf(headers, 'x-forwarded-host')) : undefined
  return forwarded ?? headerOf(headers, 'host') ?? pseudoHeader(headers, ':authority')
}

/** Capitals and the scheme's own port make no difference. */
function isHostOf(page: URL, host: string | undefined): boolean {
  if (host === undefined || /[\s/?#@\\]/.test(host)) return false
  const address = `${page.protocol}//${host}`
  return URL.canParse(address) && new URL(address).host === page.host
}

function isSecure({ headers, secure = false }: Asked, trustProxy: boolean): boolean {
  if (secure || pseudoHeader(headers, ':scheme') === 'https') return true
  return trustProxy && first(headerOf(headers, 'x-forwarded-proto')) === 'https'
}

/** Each proxy adds what it saw behind what came: the first is what the browser asked for. */
function first(list: string | undefined): string | undefined {
  return list?.split(',', 1)[0]?.trim().toLowerCase()
}
