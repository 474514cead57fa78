import { byId, toneOf } from './elements.js'
import { duration, pretty, shorten } from './format.js'

const { HTMLElement, HTMLButtonElement, HTMLFormElement, HTMLImageElement, HTMLInputElement, HTMLProgressElement } =
  window

export const signInForm = byId('sign-in', HTMLFormElement)
export const password = byId('password', HTMLInputElement)
export const signOutButton = byId('sign-out', HTMLButtonElement)
export const askButton = byId('ask', HTMLButtonElement)
export const renewButton = byId('renew', HTMLButtonElement)
export const tryOldButton = byId('try-old', HTMLButtonElement)

/** @param {string} id */
const at = (id) => byId(id, HTMLElement)

/**
 * What just happened, in one sentence; screen readers say it.
 * @param {'info' | 'good' | 'refused' | 'warn'} tone
 * @param {string} text
 */
export function notice(tone, text) {
  at('notice').dataset['tone'] = tone
  at('notice').textContent = text
}

/**
 * @param {import('./calls.js').User} user
 */
export function showSignedIn(user) {
  signInForm.hidden = true
  at('farewell').hidden = true
  at('identity').hidden = false
  at('identity-name').textContent = user.name
  at('identity-id').textContent = user.id
  byId('identity-avatar', HTMLImageElement).src = `/avatars/${user.id}.svg`
  hideAnswer()
}

/** @param {import('./calls.js').Credentials | undefined} old what the page still remembers */
export function showSignedOut(old) {
  signInForm.hidden = false
  at('identity').hidden = true
  at('farewell').hidden = !old
  at('old-token').textContent = old ? shorten(old.token) : ''
  hideAnswer()
}

/** @param {import('./calls.js').Credentials | undefined} credentials `undefined` while the chat is not available */
export function showCredentials(credentials) {
  at('waiting').hidden = credentials !== undefined
  at('chat').hidden = credentials === undefined
  at('identity-badge').textContent = credentials ? 'In the chat' : 'Not in the chat yet'
  at('identity-badge').dataset['tone'] = credentials ? 'good' : 'warn'
  at('token').textContent = credentials ? shorten(credentials.token) : ''
  at('server').textContent = credentials?.serverUrl ?? ''
}

/**
 * @param {import('./calls.js').Credentials} credentials
 * @param {number} now by the app's clock
 * @param {number} lifeMs how long the token was good when it came
 */
export function showCountdown({ expirationDate }, now, lifeMs) {
  const left = Date.parse(expirationDate) - now
  set('countdown', left > 0 ? duration(left) : 'expired')
  set('expires-at', expirationDate)
  byId('life', HTMLProgressElement).value = Math.max(0, Math.min(1, left / lifeMs))
}

/** @param {number} inMs */
export function showNextTry(inMs) {
  set('waiting-next', Number.isFinite(inMs) && inMs > 0 ? `Next in ${duration(inMs)}.` : 'Asking…')
}

/** @param {number} inMs until the token may be renewed again */
export function showRenewable(inMs) {
  renewButton.disabled = inMs > 0
  const label = inMs > 0 ? `Renew again in ${duration(inMs)}` : 'Renew the token'
  if (renewButton.textContent !== label) renewButton.textContent = label
}

/**
 * What the chat server said about a token.
 * @param {import('./calls.js').Answer} answer
 * @param {string} meaning
 * @param {import('./calls.js').Credentials} credentials
 */
export function showAnswer({ status, json, ms }, meaning, { serverUrl, token }) {
  at('answer').hidden = false
  at('answer-call').textContent = `GET ${serverUrl}/me`
  at('answer-status').textContent = status ? `${status} in ${ms} ms` : 'no answer'
  at('answer-status').dataset['tone'] = toneOf(status)
  at('answer-meaning').textContent = meaning
  at('answer-body').hidden = json === undefined
  at('answer-body').textContent = json === undefined ? '' : pretty(json, token)
}

export function hideAnswer() {
  at('answer').hidden = true
}

/** @param {ReadonlySet<string>} done */
export function showSteps(done) {
  const steps = [...at('steps').querySelectorAll('li')]
  const isDone = steps.map((step) => done.has(step.dataset['step'] ?? ''))
  const current = isDone.lastIndexOf(true) + 1
  for (const [index, step] of steps.entries()) {
    step.dataset['state'] = isDone[index] ? 'done' : index === current ? 'current' : 'other'
    if (index === current) step.setAttribute('aria-current', 'step')
    else step.removeAttribute('aria-current')
  }
}

export function focusIdentity() {
  at('identity-name').focus()
}

/**
 * Sets a text that is shown again and again, only when it changes.
 * @param {string} id
 * @param {string} text
 */
function set(id, text) {
  if (at(id).textContent !== text) at(id).textContent = text
}
