import { isSafeUrl } from '@imkit-auth/core'

/**
 * An address that secrets or keys may travel to and from.
 *
 * @throws TypeError that begins with `name`.
 */
export function httpsUrl(name: string, value: string | URL | undefined): URL {
  const text = String(value ?? '')
  if (!URL.canParse(text)) throw new TypeError(`${name} must be a URL; is the environment variable set?`)
  const url = new URL(text)
  if (!isSafeUrl(url)) throw new TypeError(`${name} must be https (http is only for loopback addresses)`)
  if (url.username !== '' || url.password !== '') throw new TypeError(`${name} must not hold user name and password`)
  return url
}
