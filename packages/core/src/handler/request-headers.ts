/** The headers of a request, as a framework has them: Node's object with names in any case, or web-standard `Headers`. */
export type RequestHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | null | undefined }

/** A header by its lower-case name. Values of a header that was sent twice are joined, as Node.js does. */
export function headerOf(headers: RequestHeaders, name: string): string | undefined {
  if (isWebStandard(headers)) return headers.get(name) ?? undefined
  const values = Object.entries(headers)
    .filter(([key, value]) => key.toLowerCase() === name && value !== undefined)
    .flatMap(([, value]) => value as string | readonly string[])
  return values.length === 0 ? undefined : values.join(', ')
}

/** HTTP/2 has these where HTTP/1.1 has a `Host` and a request line; web-standard `Headers` refuse such a name. */
export function pseudoHeader(headers: RequestHeaders, name: `:${string}`): string | undefined {
  return isWebStandard(headers) ? undefined : headerOf(headers, name)
}

function isWebStandard(headers: RequestHeaders): headers is { get(name: string): string | null | undefined } {
  return typeof headers.get === 'function'
}
