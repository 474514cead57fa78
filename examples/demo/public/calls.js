import { ending } from './format.js'

/**
 * @typedef {{ token: string, expirationDate: string, expiresIn: number, userId: string, serverUrl: string, clientKey: string }} Credentials
 * @typedef {{ id: string, name: string }} User
 * @typedef {object} Answer
 * @property {number} status 0 when there was no answer
 * @property {any} json
 * @property {number} retryAfter in seconds
 * @property {number} at epoch ms
 * @property {number} ms
 * @typedef {{ to: 'app' | 'chat server', method: string, path: string, note?: string }} Call
 */

const DEFAULT_RETRY_AFTER = 5
/** The `Date` header has whole seconds; less than this is no difference, in ms. */
const CLOCK_TOLERANCE = 2_000

/** The calls of this page: of the app, and of the chat server with what the app gave. */
export class Calls {
  /** How far the app's clock is ahead of this browser's, in ms. */
  #ahead = 0
  #onAnswer

  /** @param {(call: Call, answer: Answer) => void} onAnswer */
  constructor(onAnswer) {
    this.#onAnswer = onAnswer
  }

  /** The time by the app's clock, which decides about expiry. Epoch ms. */
  now() {
    return Date.now() + this.#ahead
  }

  session() {
    return this.#app('GET', '/session')
  }

  /**
   * @param {string} username
   * @param {string} password
   */
  signIn(username, password) {
    return this.#app('POST', '/login', { username, password }, `as ${username}`)
  }

  signOut() {
    return this.#app('POST', '/logout')
  }

  /**
   * Fetches the token; with `invalid`, another one for a token that was refused.
   * @param {string} [invalid]
   */
  token(invalid) {
    return this.#app('POST', '/chat/token', invalid ? { invalid } : {}, invalid ? `instead of ${ending(invalid)}` : '')
  }

  /**
   * Asks the chat server whose token that is, as a chat SDK does.
   * @param {Credentials} credentials
   * @param {string} note
   */
  me({ serverUrl, clientKey, token }, note) {
    const headers = { 'im-client-key': clientKey, 'im-authorization': token }
    return this.#send(`${serverUrl}/me`, { headers }, { to: 'chat server', method: 'GET', path: '/me', note })
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {string} [note]
   */
  async #app(method, path, body, note = '') {
    const json = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    return this.#send(path, { method, ...json }, { to: 'app', method, path, note })
  }

  /**
   * @param {string} url
   * @param {RequestInit} init
   * @param {Call} call
   * @returns {Promise<Answer>}
   */
  async #send(url, init, call) {
    const at = Date.now()
    const begun = performance.now()
    const response = await fetch(url, { cache: 'no-store', ...init }).catch(() => undefined)
    const json = await response?.json().catch(() => undefined)
    const retryAfter = Number(response?.headers.get('retry-after')) || DEFAULT_RETRY_AFTER
    const answer = { status: response?.status ?? 0, json, retryAfter, at, ms: Math.round(performance.now() - begun) }
    const date = call.to === 'app' && response?.headers.get('date')
    if (date) {
      const ahead = Date.parse(date) - Date.now()
      this.#ahead = Math.abs(ahead) > CLOCK_TOLERANCE ? ahead : 0
    }
    this.#onAnswer(call, answer)
    return answer
  }
}
