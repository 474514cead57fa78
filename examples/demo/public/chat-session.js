import * as view from './view.js'

/**
 * @typedef {import('./calls.js').Calls} Calls
 * @typedef {import('./calls.js').Credentials} Credentials
 * @typedef {import('./calls.js').User} User
 */

/** How long before its end the page asks for the next token, in ms. */
const RENEW_BEFORE = 30_000
/** Between two askings at least, in ms. */
const PAUSE = 5_000

/** A user from sign-in to sign-out, and the chat token they have meanwhile: it is kept here and nowhere else. */
export class ChatSession {
  /** @type {Credentials | undefined} */
  credentials
  over = false
  #calls
  #onEnd
  /** How long the token was good when it came, in ms. */
  #life = 1
  /** When to ask the app for a token, by its clock. */
  #fetchAt = 0
  #renewableAt = 0
  /** @type {Promise<unknown>} */
  #fetched = Promise.resolve()

  /**
   * @param {User} user
   * @param {Calls} calls
   * @param {() => void} onEnd the app knows nothing of this session any more
   */
  constructor(user, calls, onEnd) {
    this.user = user
    this.#calls = calls
    this.#onEnd = onEnd
  }

  /** @param {Credentials} credentials */
  keep(credentials) {
    const left = Date.parse(credentials.expirationDate) - this.#calls.now()
    if (credentials.token !== this.credentials?.token) this.#life = left
    this.credentials = credentials
    this.#fetchAt = this.#calls.now() + Math.max(PAUSE, left - RENEW_BEFORE)
    view.showCredentials(credentials)
    this.refresh()
  }

  /**
   * Fetches the token from the app, or with `invalid` another one. Whether it came.
   * @param {string} [invalid]
   * @returns {Promise<boolean>}
   */
  fetch(invalid) {
    this.#fetchAt = Infinity
    const fetched = this.#fetched.then(() => this.#fetch(invalid))
    this.#fetched = fetched
    return fetched
  }

  /** To be called often: does what is due. */
  tick() {
    if (this.#calls.now() >= this.#fetchAt) void this.fetch()
    this.refresh()
  }

  refresh() {
    const now = this.#calls.now()
    view.showNextTry(this.#fetchAt - now)
    view.showRenewable(this.#renewableAt - now)
    if (this.credentials) view.showCountdown(this.credentials, now, this.#life)
  }

  /** @param {string} [invalid] */
  async #fetch(invalid) {
    if (this.over) return false
    const { status, json, retryAfter } = await this.#calls.token(invalid)
    // Signed out in the meantime: whatever came is not wanted any more.
    if (this.over) return false
    if (status === 200) {
      const before = this.credentials
      this.keep(json)
      if (!before) view.notice('good', `${this.user.name} is in the chat.`)
      else if (!invalid && json.token !== before.token) {
        view.notice('good', 'The token was about to expire; the app gave another one.')
      }
      return true
    }
    if (status === 401) this.#onEnd()
    else if (status === 429) this.#wait(retryAfter)
    else this.#tryLater(status, retryAfter, invalid !== undefined)
    return false
  }

  /** @param {number} seconds */
  #wait(seconds) {
    this.#renewableAt = this.#calls.now() + seconds * 1000
    if (this.credentials) this.keep(this.credentials)
    view.notice('warn', `Renewed too often: the app asks to wait ${seconds} seconds. The token you have still works.`)
  }

  /**
   * @param {number} status
   * @param {number} seconds
   * @param {boolean} reported
   */
  #tryLater(status, seconds, reported) {
    const expired = Date.parse(this.credentials?.expirationDate ?? '') <= this.#calls.now()
    // The app gives up a token that is reported to it.
    if (status !== 0 && (reported || expired)) this.credentials = undefined
    view.showCredentials(this.credentials)
    this.#fetchAt = this.#calls.now() + seconds * 1000
    const problem = status ? 'You are signed in; the chat is not available yet.' : 'The app does not answer.'
    view.notice('warn', `${problem} Asking again in ${seconds} seconds.`)
  }
}
