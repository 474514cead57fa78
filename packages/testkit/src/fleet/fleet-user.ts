import type { RevokeOutcome } from '@imkit-auth/core'
import type { Account } from './account.js'
import type { AppServer } from './app-server.js'
import type { Answer } from './calls.js'
import type { Ledger } from './ledger.js'

/** A user with their browser: each login begins a new session, whose page asks for tokens until it logs out. */
export class FleetUser {
  readonly id: string
  readonly account: Account
  readonly #ledger: Ledger
  #sessions = 0

  constructor(id: string, ledger: Ledger) {
    this.id = id
    this.account = ledger.account(id)
    this.#ledger = ledger
  }

  /** The newest. */
  get session(): string {
    return `s${this.#sessions}`
  }

  login(at: AppServer): Promise<Answer<string>> {
    this.#sessions += 1
    return this.#ask('login', at, this.session)
  }

  page(at: AppServer, session: string = this.session): Promise<Answer<string>> {
    return this.#ask('page', at, session)
  }

  async logout(at: AppServer, session: string = this.session): Promise<Answer<RevokeOutcome>> {
    const judge = this.account.logsOut(session, at)
    const answer = await at.ask('revoke', { user: this.id, session })
    judge(answer)
    this.#count('logouts', answer)
    return answer
  }

  async report(at: AppServer, token: string): Promise<Answer<void>> {
    const judge = this.account.reports(token)
    const answer = await at.ask('report', { user: this.id, session: this.session, token })
    judge(answer)
    this.#count('reports', answer)
    return answer
  }

  async #ask(kind: 'login' | 'page', at: AppServer, session: string): Promise<Answer<string>> {
    const judge = this.account.asks(kind, session)
    const answer = await at.ask('provision', { user: this.id, session, resume: kind === 'page' })
    judge(answer)
    this.#count(`${kind}s`, answer)
    return answer
  }

  #count(what: string, answer: Answer<unknown>): void {
    this.#ledger.count(what)
    if (answer.kind === 'died') this.#ledger.count(`${what} whose process died`)
    if (answer.kind === 'failed') this.#ledger.count(`${what} that failed (${answer.code})`)
    if (answer.kind === 'done' && what === 'logouts') this.#ledger.count(`logouts ${String(answer.value)}`)
  }
}
