/** Nothing is ever done to an id without any of these. */
const NOTEWORTHY = /[/\\%;]/

/** Percent sequences that may be a character in UTF-8. */
const SEQUENCE =
  /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}/gi

/** To servers in Java, what follows a `;` is a parameter and no part of the name: `..;` is `..`. */
const EMPTY_OR_DOTS = /^\.{0,2}(?:;.*)?$/s

/**
 * Why proxies could make another user of this id, although it is encoded where it is sent. They decode a path, merge its
 * slashes and follow its dots, after which `/amy` and `x/../amy` are `amy`. Some pass the path on without encoding it again
 * (nginx with a capture in `proxy_pass`), and the next server decodes once more: `%61my` is `amy`, and of `amy/token?`
 * the rest is a query. A backslash is a slash to all who parse URLs as browsers do.
 */
export function problemBehindProxies(id: string): string | undefined {
  if (!NOTEWORTHY.test(id)) return undefined
  const plain = decodedAsOftenAsPossible(id)
  const parts = plain.split(/[/\\]/)
  if (parts.some((part) => EMPTY_OR_DOTS.test(part))) {
    return 'has an empty, "." or ".." part between slashes, which proxies take away'
  }
  if (plain !== id) return 'has a percent-encoded character, which proxies may decode'
  if (parts.length > 1 && /[?#]/.test(id)) return 'has a slash and a "?" or "#", at which proxies may cut a path off'
  return undefined
}

/** Whatever cannot be decoded stays as it is. Ends, as each round makes it shorter. */
function decodedAsOftenAsPossible(id: string): string {
  const once = id.replaceAll(SEQUENCE, decoded)
  return once === id ? id : decodedAsOftenAsPossible(once)
}

function decoded(sequence: string): string {
  try {
    return decodeURIComponent(sequence)
  } catch {
    return sequence
  }
}
