import type { Emulator } from '@imkit-auth/emulator'
import { Account } from './account.js'

/** What everything is judged by: what users were told, and the chat server's own record of live tokens. */
export class Ledger {
  readonly violations: string[] = []
  /** How often what happened: a run in which nothing goes wrong proves nothing. */
  readonly counts: Map<string, number> = new Map()
  readonly #emulator: Emulator
  readonly #accounts = new Map<string, Account>()

  constructor(emulator: Emulator) {
    this.#emulator = emulator
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }

  violated(what: string): void {
    this.violations.push(what)
  }

  account(user: string): Account {
    const known = this.#accounts.get(user)
    if (known) return known
    const account = new Account(
      user,
      () => this.live(user),
      (what) => this.violated(what),
    )
    this.#accounts.set(user, account)
    return account
  }

  /** The tokens of a user that the chat server accepts now. */
  live(user: string): readonly string[] {
    const client = this.#emulator.clients().find(({ _id }) => _id === user)
    return client?.tokens.map(({ token }) => token) ?? []
  }
}
