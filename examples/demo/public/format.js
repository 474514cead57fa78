/**
 * A token as it may be shown: its ends.
 * @param {string} token
 */
export function shorten(token) {
  return `${token.slice(0, 6)}${ending(token)}`
}

/**
 * What tells one token from another; JWTs all begin alike.
 * @param {string} token
 */
export function ending(token) {
  return `…${token.slice(-6)}`
}

/**
 * JSON for people, in which no whole token is left.
 * @param {unknown} value
 * @param {string} token
 */
export function pretty(value, token) {
  return JSON.stringify(value, null, 2).replaceAll(token, shorten(token))
}

/**
 * Time left, such as `4:07` or `6 d 23:59:58`.
 * @param {number} ms
 */
export function duration(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const days = Math.floor(seconds / 86_400)
  const hours = Math.floor(seconds / 3600) % 24
  const minutes = Math.floor(seconds / 60) % 60
  const clock = hours || days ? [hours, two(minutes), two(seconds % 60)] : [minutes, two(seconds % 60)]
  return (days ? `${days} d ` : '') + clock.join(':')
}

/** @param {number} at */
export function timeOfDay(at) {
  const date = new Date(at)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
}

/** @param {number} number */
function two(number) {
  return String(number).padStart(2, '0')
}
