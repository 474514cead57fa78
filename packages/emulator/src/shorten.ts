const SECRET_HEADER = /authorization|api[-_]key|cookie|token|secret/
const SECRET_FIELD = /token|authorization|secret|password|api_?key/i
const JWT = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g
const DEEPEST = 20

/** A secret as a log may show it: its ends and its length, such as `eyJh…9Qxk (212)`; of a short one the length alone. */
export function shorten(secret: string): string {
  const ends = secret.length < 16 ? '…' : `${secret.slice(0, 4)}…${secret.slice(-4)} `
  return `${ends}(${secret.length})`
}

/** Takes the secrets out of what a request log keeps. */
export interface Shortener {
  text(value: string): string
  headers(headers: Readonly<NodeJS.Dict<string | string[]>>): Record<string, string>
  json(value: unknown): unknown
}

/** A shortener that also knows these secrets wherever they stand. */
export function createShortener(secrets: readonly string[]): Shortener {
  // A key as short as a word would take ordinary text with it.
  const known = secrets.filter((secret) => secret.length >= 8)

  function text(value: string): string {
    const plain = value.replace(JWT, shorten)
    return known.reduce((shown, secret) => shown.replaceAll(secret, shorten(secret)), plain)
  }

  function json(value: unknown, name: string, depth: number): unknown {
    if (typeof value === 'string') return SECRET_FIELD.test(name) ? shorten(value) : text(value)
    if (typeof value !== 'object' || value === null) return value
    if (depth > DEEPEST) return '…'
    if (Array.isArray(value)) return value.map((item: unknown) => json(item, name, depth + 1))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), json(item, key, depth + 1)]))
  }

  function headerValue(name: string, value: string): string {
    if (!SECRET_HEADER.test(name)) return text(value)
    const [, scheme = '', secret = ''] = /^(Bearer +)?(.*)$/is.exec(value) ?? []
    return scheme + shorten(secret)
  }

  return {
    text,
    json: (value) => json(value, '', 0),
    headers: (headers) =>
      Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, headerValue(name, [value ?? ''].flat().join(', '))]),
      ),
  }
}
