import { Activity } from './activity.js'
import { Calls } from './calls.js'
import { ChatSession } from './chat-session.js'
import { byId } from './elements.js'
import { ending } from './format.js'
import * as view from './view.js'

/** @typedef {import('./calls.js').Credentials} Credentials */

const activity = new Activity(byId('activity', HTMLElement), byId('activity-empty', HTMLElement))
const calls = new Calls((call, answer) => activity.add(call, answer))
/** @type {Set<string>} */
const done = new Set()
/** @type {ChatSession | undefined} */
let session
/** What was the token before the sign-out. @type {Credentials | undefined} */
let old

/**
 * @param {import('./calls.js').User} user
 * @param {Credentials | null} [credentials]
 */
function begin(user, credentials) {
  session = new ChatSession(user, calls, () => {
    end()
    view.notice('info', 'Your session has ended. Sign in again.')
  })
  old = undefined
  step('signIn')
  view.showSignedIn(user)
  view.showCredentials(undefined)
  if (credentials) session.keep(credentials)
  session.tick()
}

function end() {
  if (session) session.over = true
  old = session?.credentials
  session = undefined
  view.showSignedOut(old)
}

/** @param {string} name */
function step(name) {
  if (name === 'signIn') done.clear()
  done.add(name)
  view.showSteps(done)
}

/** @param {SubmitEvent} event */
async function signIn(event) {
  event.preventDefault()
  const username = event.submitter instanceof HTMLButtonElement ? event.submitter.value : 'amy'
  const { status, json } = await calls.signIn(username, view.password.value)
  if (status === 200) {
    begin(json.user, json.chat)
    if (json.chat) view.notice('good', `Signed in as ${json.user.name}: in the app, and in the chat.`)
    else view.notice('warn', 'You are signed in; the chat is not available yet.')
    view.focusIdentity()
  } else if (status === 401) {
    view.notice('refused', 'Wrong password. It is “chat” for everybody.')
    view.password.select()
  } else {
    view.notice('warn', status ? `The app answered ${status}.` : 'The app does not answer. Is it still running?')
  }
}

async function signOut() {
  const { status } = await calls.signOut()
  if (status !== 204) {
    view.notice('warn', 'The app did not sign you out. Try again.')
    return
  }
  end()
  step('signOut')
  view.notice('info', old ? 'Signed out of the app. Is the chat token still good? Try it.' : 'Signed out.')
  if (old) view.tryOldButton.focus()
  else view.password.focus()
}

async function ask() {
  const mine = session
  if (!mine?.credentials) return
  const { credentials } = mine
  const answer = await calls.me(credentials, `token ${ending(credentials.token)}`)
  if (mine.over) return
  const nickname = (answer.json?.result ?? answer.json)?.nickname
  if (answer.status === 200) {
    step('ask')
    view.showAnswer(answer, `The chat server knows you as ${nickname}.`, credentials)
    view.notice('good', `The chat server accepts the token: you are ${nickname}.`)
  } else if (answer.status === 401) {
    view.showAnswer(answer, 'The chat server refuses this token: it has expired or was revoked.', credentials)
    view.notice('refused', 'The token is refused. Renew it, as a chat SDK would.')
  } else {
    view.showAnswer(answer, noUse(answer), credentials)
    view.notice('warn', 'The chat server cannot be reached.')
  }
}

async function renew() {
  const mine = session
  if (!mine?.credentials) return
  const before = mine.credentials
  view.renewButton.disabled = true
  const renewed = await mine.fetch(before.token)
  mine.refresh()
  if (!renewed || mine.over) return
  view.notice('good', 'Here is another token.')
  const answer = await untilRefused(before)
  if (mine.over) return
  if (answer.status === 401) {
    view.showAnswer(answer, `The token from before, ${ending(before.token)}, is refused now.`, before)
    view.notice(
      'good',
      `Renewed: the new token ends in ${ending(mine.credentials?.token ?? '')}, and the old one is refused.`,
    )
  } else {
    view.showAnswer(answer, 'The old token is being revoked; the chat server has not confirmed it yet.', before)
  }
}

/**
 * The app revokes a renewed token right after its answer; so this asks a few times.
 * @param {Credentials} credentials
 */
async function untilRefused(credentials) {
  for (let attempt = 1; ; attempt++) {
    const answer = await calls.me(credentials, `old token ${ending(credentials.token)}`)
    if (answer.status === 401 || attempt === 5) return answer
    await new Promise((resolve) => setTimeout(resolve, 200 * attempt))
  }
}

async function tryOld() {
  const tried = old
  if (!tried) return
  const answer = await calls.me(tried, `old token ${ending(tried.token)}`)
  if (old !== tried) return
  if (answer.status === 401) {
    step('tryOld')
    view.showAnswer(answer, 'Refused. Whoever copied this token before the sign-out has nothing.', tried)
    view.notice('good', 'The chat server refuses the old token, as it should.')
  } else if (answer.status === 200) {
    view.showAnswer(answer, 'Still accepted: the chat server was not available when you signed out.', tried)
    view.notice('warn', 'The app goes on until the chat server has revoked the token. Try again in a moment.')
  } else {
    view.showAnswer(answer, noUse(answer), tried)
    view.notice('warn', 'The chat server cannot be reached. The app revokes the token as soon as it is back.')
  }
}

/** @param {import('./calls.js').Answer} answer */
function noUse({ status }) {
  return status ? 'The chat server did not answer the question.' : 'No answer: nothing listens at this address now.'
}

/**
 * A button that works on one click at a time.
 * @param {HTMLButtonElement} button
 * @param {() => Promise<void>} work
 */
function onClick(button, work) {
  let busy = false
  button.addEventListener('click', () => {
    if (busy) return
    busy = true
    button.setAttribute('aria-busy', 'true')
    void work().finally(() => {
      busy = false
      button.removeAttribute('aria-busy')
    })
  })
}

view.signInForm.addEventListener('submit', (event) => void signIn(event))
onClick(view.signOutButton, signOut)
onClick(view.askButton, ask)
onClick(view.renewButton, renew)
onClick(view.tryOldButton, tryOld)
setInterval(() => session?.tick(), 250)
view.showSteps(done)

const { status, json } = await calls.session()
if (json?.user) {
  begin(json.user)
  view.notice('info', `Still signed in as ${json.user.name}. The page forgot its token, and asks the app for it.`)
} else {
  view.showSignedOut(undefined)
  if (status === 200) view.notice('info', 'Nobody is signed in. Pick somebody.')
  else view.notice('warn', 'The app does not answer. Is it still running?')
}
