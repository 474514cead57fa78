const MIN_BYTES = 32
/** Random bytes and random text have more. */
const MIN_DIFFERENT_BYTES = 8

/** Secrets that are printed in public documentation, long enough as they are: everybody can sign with them. */
const PUBLISHED: ReadonlySet<string> = new Set([
  'a-string-secret-at-least-256-bits-long',
  'a-valid-string-secret-that-is-at-least-384-bits-long',
  'a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long',
  'super-secret-jwt-token-with-at-least-32-characters-long',
  'your-super-secret-jwt-token-with-at-least-32-characters-long',
  'reallyreallyreallyreallyverysafe',
])
const PLACEHOLDER = /change[-_ ]?(me|this|it)|your[-_ ].*secret|replace[-_ ]?(me|this|with)|insert[-_ ]|^<.*>$/i
/** Random bytes are no text, whatever they spell. */
const TEXT = /^[\x20-\x7e\r\n]+$/

/**
 * The bytes of a shared secret for HS256, HS384 or HS512.
 *
 * @throws TypeError that begins with `name` and never quotes the secret, when it is shorter than 32 bytes, a known or
 *   repetitive text, or a key in PEM (which is no secret: half of the world may have it).
 */
export function hmacSecret(name: string, secret: string | Uint8Array): Uint8Array {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret
  const latin = Buffer.from(bytes).toString('latin1')
  const text = TEXT.test(latin) ? latin.trim() : ''
  const advice = 'take a random one, such as `openssl rand -base64 48` prints'
  if (bytes.length < MIN_BYTES) throw new TypeError(`${name} must be at least ${MIN_BYTES} bytes long: ${advice}`)
  if (text.includes('-----BEGIN')) throw new TypeError(`${name} is a key in PEM, which is no shared secret: ${advice}`)
  if (PUBLISHED.has(text.toLowerCase()) || PLACEHOLDER.test(text)) {
    throw new TypeError(`${name} is a text that others know from documentation: ${advice}`)
  }
  if (new Set(bytes).size < MIN_DIFFERENT_BYTES) throw new TypeError(`${name} repeats itself: ${advice}`)
  return bytes
}
