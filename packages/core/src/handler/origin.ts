/** The request headers that decide whether a page may ask for tokens, lower-cased. */
export interface OriginHeaders {
  readonly origin?: string | undefined
  readonly host?: string | undefined
  readonly 'sec-fetch-site'?: string | undefined
}

/**
 * Whether a request comes from the app's own pages, from one of the listed origins, or from no browser at all. Cookies
 * are sent along from foreign pages too; this keeps those from making tokens, and `origins` from being a wildcard.
 */
export function isAllowedOrigin(headers: OriginHeaders, origins: ReadonlySet<string>): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers
  if (origin !== undefined && origins.has(origin)) return true
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return origin === undefined || hostOf(origin) === host
}

/** Checks `origins` once. @throws TypeError for anything that is not exactly an origin. */
export function originSet(origins: readonly string[] = []): ReadonlySet<string> {
  for (const origin of origins) {
    if (origin.includes('*') || !URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new TypeError(
        `origins must hold origins such as https://app.example.com, without path or wildcard; "${origin}" is none`,
      )
    }
  }
  return new Set(origins)
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
