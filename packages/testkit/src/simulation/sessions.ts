import type { ChatTokens } from '@imkit-auth/core'
import type { Ledger } from './ledger.js'
import type { Action } from './schedule.js'

/** The users' sessions with their pages: they act, and what they get is judged. */
export class Sessions {
  readonly #ledger: Ledger
  /** Those that have logged out since their last login began. */
  readonly #loggedOut = new Set<string>()
  /** The logins of each. */
  readonly #logins = new Map<string, { begun: number; underWay: number }>()
  /** What each session's page holds. */
  readonly #pages = new Map<string, string>()
  #sleeps = 0

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  async act(action: Action, tokens: ChatTokens): Promise<void> {
    const user = `u${action.user}`
    const session = `s${action.session}`
    switch (action.kind) {
      case 'login':
        return this.#login(tokens, user, session)
      case 'page':
        return this.#provision(tokens, user, session, true)
      case 'logout':
        return this.#logout(tokens, user, session)
      case 'everywhere':
        await tokens.revokeEverywhere(user)
        return
      case 'report': {
        const token = this.#pages.get(`${user} ${session}`)
        if (token === undefined) return
        this.#ledger.reported(token)
        return tokens.reportInvalid(user, token, { session })
      }
    }
  }

  /** Tombstones last for a day at least; after a longer sleep the host's own sessions are gone. */
  slept(): void {
    this.#sleeps += 1
    this.#loggedOut.clear()
  }

  async #login(tokens: ChatTokens, user: string, session: string): Promise<void> {
    const page = `${user} ${session}`
    const count = (begun: number, underWay: number) => {
      const logins = this.#loginsOf(page)
      this.#logins.set(page, { begun: logins.begun + begun, underWay: logins.underWay + underWay })
    }
    this.#loggedOut.delete(page)
    count(1, 1)
    await this.#provision(tokens, user, session, false).finally(() => count(0, -1))
  }

  async #logout(tokens: ChatTokens, user: string, session: string): Promise<void> {
    const page = `${user} ${session}`
    const [logins, sleeps] = [this.#loginsOf(page), this.#sleeps]
    await tokens.revoke(user, { session })
    // Of a login at the same time nobody can say which came first.
    const alone = logins.underWay === 0 && logins.begun === this.#loginsOf(page).begun
    if (alone && sleeps === this.#sleeps) this.#loggedOut.add(page)
  }

  async #provision(tokens: ChatTokens, user: string, session: string, resume: boolean): Promise<void> {
    const page = `${user} ${session}`
    const ended = this.#ledger.lastLogout(user, session)
    const gone = resume && this.#loggedOut.has(page)
    const { token } = await tokens[resume ? 'provision' : 'login']({ id: user, nickname: session }, { session })
    this.#ledger.handOut(token, ended)
    if (gone && this.#loggedOut.has(page)) this.#ledger.violated('I7 a logged-out session got a token')
    this.#pages.set(page, token)
  }

  #loginsOf(page: string): { readonly begun: number; readonly underWay: number } {
    return this.#logins.get(page) ?? { begun: 0, underWay: 0 }
  }
}
