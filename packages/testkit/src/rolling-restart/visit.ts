import { setTimeout as sleep } from 'node:timers/promises'
import { Browser } from '../browser.js'
import type { Tally } from './tally.js'

/** The longest pause of a user before their next request, in ms. */
const PAUSE = 400

/** A new user logs in, has their page fetch the token again or not, and logs out. */
export async function visit(url: string, user: string, tally: Tally): Promise<void> {
  const browser = new Browser(url)
  /** The answer, if it is a good one. Nothing is repeated: every failure counts. */
  const post = async (path: string, body?: object): Promise<{ readonly chat?: unknown } | undefined> => {
    const answer = await browser.post(path, body).catch(() => undefined)
    if (answer && answer.status < 300) return answer.json
    tally.failed(path, answer?.status)
    return undefined
  }

  const login = await post('/login', { username: user })
  if (!login) return
  tally.loggedIn(login.chat)
  await sleep(Math.random() * PAUSE)
  if (Math.random() < 0.5) {
    await post('/chat/token')
    await sleep(Math.random() * PAUSE)
  }
  if (await post('/logout')) tally.loggedOut(user)
}
