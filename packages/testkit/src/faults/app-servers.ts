import { assign, type ChatTokens, createChatTokens, issue, memoryStore } from '@imkit-auth/core'
import type { Emulator } from '@imkit-auth/emulator'
import type { Scenario } from './scenario.js'

/** Of the app servers that meet a fault: short, so that what hangs is given up soon. In ms. */
export const HASTE = 300
/** Of those before and after: a busy machine shall not fail them. In ms. */
export const PATIENCE = 5_000
const DAY = 86_400_000

/** The app servers of one run, one after the other or side by side on one store. */
export class AppServers {
  /** The newest. */
  tokens: ChatTokens
  /** Every token that the app has minted. */
  readonly minted: Set<string> = new Set()
  /** What the newest promises to keep. In ms. */
  deadline: number = PATIENCE
  readonly #emulator: Emulator
  readonly #scenario: Scenario
  readonly #store = memoryStore({ maxUsers: 10 })
  readonly #all: ChatTokens[] = []

  constructor(emulator: Emulator, scenario: Scenario) {
    this.#emulator = emulator
    this.#scenario = scenario
    this.tokens = this.#start()
  }

  /** Another one takes over; the one before is closed, or stays beside it. */
  async change({ deadline, close = false }: { deadline: number; close?: boolean }): Promise<void> {
    if (close) await this.tokens.close({ withinMs: 0 })
    this.deadline = deadline
    this.tokens = this.#start()
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((tokens) => tokens.close({ withinMs: 0 })))
  }

  #start(): ChatTokens {
    const { mode, server, seed } = this.#scenario
    const mint = () => {
      const token = `minted-${seed}-${this.minted.size}`
      this.minted.add(token)
      return { token, expiresAt: this.#emulator.now() + 7 * DAY }
    }
    const assigning = assign({ mint })
    const issuing = server.conflictOnExisting ? issue({ fallback: assigning }) : issue()
    const tokens = createChatTokens({
      serverUrl: this.#emulator.url,
      apiKey: this.#emulator.apiKey,
      mode: mode === 'assign' ? assigning : issuing,
      store: this.#store,
      deadline: this.deadline,
      now: this.#emulator.now,
      logger: { warn() {} },
    })
    this.#all.push(tokens)
    return tokens
  }
}
