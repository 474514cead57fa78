/** One way in which a secret can be written. */
export interface Spelling {
  readonly name: string
  /** Already folded. */
  readonly text: string
}

/** What `JSON.parse` quotes of a bad text is about twice as long: an aligned piece of this length is always in it. */
const FRAGMENT = 10

/**
 * Takes out of a text what spellings may differ in without meaning anything else: case, and white space, which `inspect`
 * and line-wrapped base64 put in between.
 */
export function fold(text: string): string {
  return text.replaceAll(/\s+/g, '').toLowerCase()
}

/**
 * Every spelling of a secret's marker: letters, digits, `-` and `_` that no URL, JSON or HTML escape changes, so that
 * `raw` is found in all of these.
 */
export function spellingsOf(marker: string): readonly Spelling[] {
  const bytes = [...Buffer.from(marker)]
  const fragments = Array.from({ length: Math.floor(marker.length / FRAGMENT) }, (_, n) =>
    marker.slice(n * FRAGMENT, (n + 1) * FRAGMENT),
  )
  const each = (write: (byte: number) => string, between = '') => bytes.map(write).join(between)
  const hex = (byte: number) => byte.toString(16).padStart(2, '0')
  const spellings = [
    ['raw', marker],
    ...fragments.map((fragment) => ['a raw fragment', fragment] as const),
    ...[0, 1, 2].flatMap((offset) => [
      [`base64, ${offset} bytes in`, inBase64(marker, offset, 'base64')] as const,
      [`base64url, ${offset} bytes in`, inBase64(marker, offset, 'base64url')] as const,
    ]),
    ['hex', each(hex)],
    ['percent escapes', each((byte) => `%${hex(byte)}`)],
    ['doubled percent escapes', each((byte) => `%25${hex(byte)}`)],
    ['\\u escapes', each((byte) => `\\u00${hex(byte)}`)],
    ['bytes', each(String, ',')],
  ] as const
  return spellings.map(([name, text]) => ({ name, text: fold(text) }))
}

/** The part of its base64 that is the same whatever stands before and after it, `offset` bytes into a group of three. */
function inBase64(marker: string, offset: number, encoding: 'base64' | 'base64url'): string {
  const whole = Math.floor((offset + marker.length) / 3) * 4
  const text = Buffer.from(' '.repeat(offset) + marker).toString(encoding)
  return text.slice(offset === 0 ? 0 : 4, whole)
}
