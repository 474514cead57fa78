import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Emulator, type EmulatorOptions, startEmulator } from '@imkit-auth/emulator'
import { type Fault, heal } from '../faults/index.js'
import { Canaries } from './canaries.js'
import type { QuotingFault } from './quoting-faults.js'
import type { Look, Sinks } from './sinks.js'
import { WireTap } from './wire-tap.js'

/** Whatever can be wrong with a chat server. */
export type LeakFault = Fault | QuotingFault

/** The public key, which pages get. */
export const CLIENT_KEY = 'public-client-key'

const REQUEST = 'http.server.request.start'

/** A chat server with secrets of its own, for one run after the other. */
export class Lane {
  readonly canaries: Canaries
  readonly emulator: Emulator
  readonly #wire: WireTap
  #before: ((response: ServerResponse, socket: Socket) => void) | undefined

  private constructor(canaries: Canaries, emulator: Emulator) {
    this.canaries = canaries
    this.emulator = emulator
    this.#wire = new WireTap(emulator.url)
    subscribe(REQUEST, this.#onRequest)
  }

  static async open(options: EmulatorOptions = {}): Promise<Lane> {
    const canaries = new Canaries()
    const apiKey = canaries.apiKey.value
    const emulator = await startEmulator({ rateLimit: 0, apiKey, clientKey: CLIENT_KEY, ...options })
    return new Lane(canaries, emulator)
  }

  /** From now on every request meets the fault. */
  async cause(fault: LeakFault): Promise<void> {
    // Tokens that the fault may end are secrets all the same.
    this.canaries.learn(this.emulator)
    if ('cause' in fault) return fault.cause(this.emulator, '*')
    const { apiKey, quoted } = this.canaries
    const quote = `${apiKey.value} ${quoted.value}`
    this.#before = fault.before && ((response, socket) => fault.before?.(quote, response, socket))
    this.emulator.fault({ match: '*', ...fault.rule(quote) })
  }

  async heal(): Promise<void> {
    this.#before = undefined
    await heal(this.emulator)
  }

  /** Looks at everything that came to the chat server, or went where it redirects to. */
  lookAtRequests(sinks: Sinks, look: Look): void {
    this.canaries.learn(this.emulator)
    this.#wire.lookAt(sinks, look)
    sinks.look("the emulator's request log", JSON.stringify(this.emulator.requests()), look)
    if (this.emulator.redirected().length > 0) sinks.hit(`a redirect was followed, ${look.during}`)
  }

  /** Makes ready for the next run. */
  async clear(): Promise<void> {
    await this.heal()
    await this.emulator.reset()
    this.canaries.spend()
  }

  async close(): Promise<void> {
    this.#wire.close()
    unsubscribe(REQUEST, this.#onRequest)
    await this.emulator.close()
  }

  readonly #onRequest = (message: unknown): void => {
    const { response, socket } = message as { response: ServerResponse; socket: Socket }
    if (String(socket.localPort) === new URL(this.emulator.url).port) this.#before?.(response, socket)
  }
}
