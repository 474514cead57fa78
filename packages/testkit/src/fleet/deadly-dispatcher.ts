import { Agent, type Dispatcher } from 'undici'
import type { KillSwitch } from './kill-switch.js'

/** A way to the chat server on which the process may die with a request that is about to leave, or with an answer in hand. */
export class DeadlyDispatcher extends Agent {
  readonly #killSwitch: KillSwitch

  constructor(killSwitch: KillSwitch) {
    super({ connections: 50 })
    this.#killSwitch = killSwitch
  }

  /** The only call that core makes of a dispatcher. */
  override request(options: Dispatcher.RequestOptions): never {
    this.#killSwitch.reach('before', 'request')
    const answered = super.request(options).then((response) => {
      this.#killSwitch.reach('after', 'request')
      return response
    })
    return answered as never
  }
}
