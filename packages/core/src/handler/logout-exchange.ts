import type { IncomingMessage, ServerResponse } from 'node:http'
import { holdAnswer } from './held-answer.js'

/** How long a host may go on after its client has left, in ms. */
const PATIENCE = 60_000

/** What a logout request needs of its chat session. */
export interface CapturedLogout {
  /** Ends it, unless this status says that the host refused the logout. Never throws. */
  readonly finish: (status: number) => Promise<unknown>
  /** Whether the request's user is still logged in, as the host tells now. Never throws. */
  readonly isLoggedIn: () => Promise<boolean>
  /** Warns that the host has not told whether this was a logout. */
  readonly warn: () => void
}

/** One logout on its way through a host: the chat session ends once, by the status that is finally sent. */
export class LogoutExchange {
  readonly #response: ServerResponse
  readonly #logout: CapturedLogout
  #finished: Promise<unknown> | undefined

  constructor(request: IncomingMessage, response: ServerResponse, logout: CapturedLogout) {
    this.#response = response
    this.#logout = logout
    holdAnswer(request, response, (status) => this.#finish(status))
    if (response.destroyed) this.#clientLeft()
    else response.once('close', () => this.#clientLeft())
  }

  /** The host's handler is done. Some hosts answer nothing to a client that has left: then this is the status. */
  async handled(status: number): Promise<void> {
    if (this.#response.destroyed) await this.#finish(status)
  }

  /** Only the host's answer tells whether this is a logout, and it may never come. */
  #clientLeft(): void {
    if (this.#finished) return
    setTimeout(() => void this.#giveUp(), PATIENCE).unref()
  }

  async #giveUp(): Promise<void> {
    if (this.#finished) return
    if (await this.#logout.isLoggedIn()) this.#logout.warn()
    else await this.#finish(200)
  }

  #finish(status: number): Promise<unknown> {
    this.#finished ??= this.#logout.finish(status)
    return this.#finished
  }
}
