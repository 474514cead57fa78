import { setTimeout as sleep } from 'node:timers/promises'
import type { Emulator } from '@imkit-auth/emulator'

/** What users were told, and what the chat server's own record of live tokens says about it. */
export class Tally {
  logins = 0
  loginsWithoutChat = 0
  logouts = 0
  /** Logouts that were answered before the chat server had carried them out. */
  logoutsAhead = 0
  answers502 = 0
  /** How often a request was answered with anything but a 2xx, or not at all, by status and path. */
  readonly failures: Record<string, number> = {}
  readonly #emulator: Emulator
  readonly #out = new Set<string>()

  constructor(emulator: Emulator) {
    this.#emulator = emulator
  }

  failed(path: string, status: number | undefined): void {
    const what = `${status ?? 'no answer'} to ${path}`
    this.failures[what] = (this.failures[what] ?? 0) + 1
    if (status === 502) this.answers502 += 1
  }

  loggedIn(chat: unknown): void {
    this.logins += 1
    if (!chat) this.loginsWithoutChat += 1
  }

  /** For good: each user logs in once. */
  loggedOut(user: string): void {
    this.logouts += 1
    this.#out.add(user)
    if (this.#live().includes(user)) this.logoutsAhead += 1
  }

  /** How many users have logged out and have a token that works, when there is nothing left to wait for or it is late. */
  async logoutsLost(withinMs: number): Promise<number> {
    const giveUpAt = performance.now() + withinMs
    for (;;) {
      const lost = this.#live().filter((user) => this.#out.has(user)).length
      if (lost === 0 || performance.now() > giveUpAt) return lost
      await sleep(100)
    }
  }

  #live(): readonly string[] {
    return this.#emulator.clients().flatMap(({ _id, tokens }) => (tokens.length > 0 ? [_id] : []))
  }
}
