/** What is on its way to the chat server. It may be applied at any later moment. */
export interface Message {
  readonly kind: 'obtain' | 'revoke' | 'revoke-all'
  /** The token to bind or to revoke; an issued one gets its name when it is applied. */
  token: string | undefined
  /** The user's epoch when it was sent. */
  readonly epoch: number
  applied: boolean
  /** Nobody waits for the answer any more: the message is still applied, or lost. */
  orphan: boolean
}

/** A chat server of one user, as small as it can be, that remembers under which epoch each token was obtained. */
export class SimulatedServer {
  live: string[] = []
  messages: Message[] = []
  readonly violations: string[] = []
  readonly #single: boolean
  readonly #epochs = new Map<string, number>()
  readonly #handedOut = new Set<string>()
  #issued = 0

  constructor(kind: 'several' | 'single') {
    this.#single = kind === 'single'
  }

  send(kind: Message['kind'], epoch: number, token?: string): Message {
    const message: Message = { kind, epoch, token, applied: false, orphan: false }
    this.messages.push(message)
    return message
  }

  /** The token reached a page. */
  handOut(token: string, began: number): void {
    if (this.epochOf(token) < began) this.violations.push('I1 a token from before the logout was handed out')
    this.#handedOut.add(token)
  }

  epochOf(token: string): number {
    return this.#epochs.get(token) ?? Infinity
  }

  apply(message: Message): void {
    message.applied = true
    if (message.orphan) this.forget(message)
    if (message.kind === 'obtain') this.#bind(message)
    else if (message.kind === 'revoke') this.live = this.live.filter((token) => token !== message.token)
    else {
      const later = this.live.some((token) => this.#handedOut.has(token) && this.epochOf(token) >= message.epoch)
      if (later) this.violations.push('I2 a revocation killed the token of a later login')
      this.live = []
    }
  }

  forget(message: Message): void {
    this.messages = this.messages.filter((other) => other !== message)
  }

  #bind(message: Message): void {
    message.token ??= `issued ${++this.#issued}`
    this.#epochs.set(message.token, message.epoch)
    this.live = [...(this.#single ? [] : this.live.filter((token) => token !== message.token)), message.token]
  }
}
