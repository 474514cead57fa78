import {
  type ChatTokens,
  type ChatTokensOptions,
  createChatTokens,
  issue,
  memoryStore,
  type TokenSpace,
  type TokenStore,
} from '@imkit-auth/core'
import { type Emulator, type EmulatorOptions, startEmulator } from '@imkit-auth/emulator'
import { interceptedStore } from './intercepted-store.js'

/** Short, so that what hangs is given up soon; by the real clock. In ms. */
const DEADLINE = 300

/** One `ChatTokens` as one app server of a fleet: it can crash, and it can stall in front of a store step. */
export interface Instance {
  readonly tokens: ChatTokens
  /** Nothing this instance was about to do happens any more. */
  crash(): void
  /** Holds its next call of that step back. */
  stallBefore(step: keyof TokenSpace): Stall
  /** Lets its next call of each of these steps fail. Returns those that have not yet. */
  failOnce(...steps: (keyof TokenSpace)[]): ReadonlySet<PropertyKey>
}

/** A fleet of app servers that share one store, and one chat server; the clock of all of them is the emulator's. */
export class World {
  readonly emulator: Emulator
  readonly warnings: string[] = []
  readonly #store: TokenStore
  readonly #instances: Instance[] = []

  private constructor(emulator: Emulator, store: TokenStore) {
    this.emulator = emulator
    this.#store = store
  }

  static async create(options: EmulatorOptions = {}, store: TokenStore = memoryStore()): Promise<World> {
    return new World(await startEmulator({ rateLimit: 0, ...options }), store)
  }

  instance(options: Partial<ChatTokensOptions> = {}): Instance {
    const gate = new Gate()
    const tokens = createChatTokens({
      serverUrl: this.emulator.url,
      apiKey: this.emulator.apiKey,
      mode: issue(),
      deadline: DEADLINE,
      now: () => this.emulator.now(),
      logger: { warn: (message) => this.warnings.push(message) },
      store: gated(this.#store, gate),
      ...options,
    })
    const instance = {
      tokens,
      crash: () => gate.crash(),
      stallBefore: (step: keyof TokenSpace) => gate.stallBefore(step),
      failOnce: (...steps: (keyof TokenSpace)[]) => gate.failOnce(steps),
    }
    this.#instances.push(instance)
    return instance
  }

  /** Every token of the user that the chat server accepts now. */
  live(userId: string): string[] {
    return (
      this.emulator
        .clients()
        .find(({ _id }) => _id === userId)
        ?.tokens.map(({ token }) => token) ?? []
    )
  }

  /** How many requests the chat server has seen, such as `POST /admin/clients`. */
  calls(request: string): number {
    return this.emulator.requests().filter(({ method, path }) => `${method} ${path}` === request).length
  }

  async end(): Promise<void> {
    await Promise.all(this.#instances.map(({ tokens }) => tokens.close({ withinMs: 0 })))
    await this.emulator.close()
  }
}

/** A step that is held back, from when it is reached until it may go on. */
export interface Stall {
  readonly reached: Promise<void>
  readonly resume: () => void
}

class Gate {
  readonly #stalls = new Map<PropertyKey, () => Promise<void>>()
  readonly #failing = new Set<PropertyKey>()
  #crashed = false

  crash(): void {
    this.#crashed = true
  }

  stallBefore(step: keyof TokenSpace): Stall {
    const arrival = withResolvers()
    const departure = withResolvers()
    this.#stalls.set(step, () => {
      arrival.resolve()
      return departure.promise
    })
    return { reached: arrival.promise, resume: departure.resolve }
  }

  failOnce(steps: readonly PropertyKey[]): ReadonlySet<PropertyKey> {
    for (const step of steps) this.#failing.add(step)
    return this.#failing
  }

  async pass(step: PropertyKey): Promise<void> {
    const stall = this.#stalls.get(step)
    this.#stalls.delete(step)
    await stall?.()
    if (this.#failing.delete(step)) throw new Error(`${String(step)} failed`)
    if (this.#crashed && step !== 'close' && step !== 'pending') await new Promise(() => {})
  }
}

/** The store as one instance sees it: every step passes its gate first, which also makes every step asynchronous. */
function gated(store: TokenStore, gate: Gate): TokenStore {
  return interceptedStore(store, async (step, run) => {
    await gate.pass(step)
    return run()
  })
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void
  const promise = new Promise<void>((fulfil) => (resolve = fulfil))
  return { promise, resolve }
}
