import type { InProcessAnswer, InProcessEmulator } from '@imkit-auth/emulator/in-process'
import { Dispatcher } from 'undici'
import type { Ledger } from './ledger.js'

/** How long after its caller gave up a request may still reach the chat server: the assumption H, in ms. */
export const HORIZON = 10_000

/** A request on its way, and what has become of it. */
export interface Message {
  readonly from: object
  readonly method: string
  readonly path: string
  readonly body: Record<string, unknown>
  readonly sentAt: number
  readonly act: () => InProcessAnswer
  readonly resolve: (answer: InProcessAnswer) => void
  readonly reject: (error: Error) => void
  answer: InProcessAnswer | undefined
  /** Until when it may still act, once nobody waits for its answer. */
  orphanUntil: number | undefined
}

/** Between the fleet and the chat server: whoever drives it decides when a request acts and when an answer arrives. */
export class Network {
  messages: Message[] = []
  readonly #emulator: InProcessEmulator
  readonly #ledger: Ledger

  constructor(emulator: InProcessEmulator, ledger: Ledger) {
    this.#emulator = emulator
    this.#ledger = ledger
  }

  /** The network as one app server sees it. */
  dispatcherOf(from: object): Dispatcher {
    return new Wire((options) => this.#send(from, options))
  }

  /** The tokens that the chat server accepts now. */
  live(user?: string): string[] {
    const clients = this.#emulator.clients()
    return clients.flatMap(({ _id, tokens }) => (user === undefined || _id === user ? tokens.map((t) => t.token) : []))
  }

  act(message: Message): void {
    const before = this.live()
    const answer = message.act()
    message.answer = answer
    if (message.method === 'DELETE') {
      const after = new Set(this.live())
      this.#ledger.killed(before.filter((token) => !after.has(token)))
    } else {
      const token = message.body['token'] ?? issuedIn(answer.body)
      if (typeof token === 'string') this.#ledger.born(token, userOf(message), sessionOf(token), message.sentAt)
    }
    if (message.orphanUntil === undefined) return
    this.#ledger.count('requests that acted late')
    this.forget(message)
  }

  deliver(message: Message, answer: InProcessAnswer | undefined = message.answer): void {
    this.forget(message)
    if (answer) message.resolve(answer)
  }

  /** The connection breaks. The request may still be acted on, if it has not been. */
  breakOff(message: Message): void {
    this.#orphan(message)
    message.reject(Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }))
  }

  /** A process is gone, and what it has sent is not. */
  crash(from: object): void {
    for (const message of this.messages) if (message.from === from) this.#orphan(message)
  }

  /** Loses what has been on its way for longer than the horizon. */
  expire(): void {
    this.messages = this.messages.filter(({ orphanUntil }) => orphanUntil === undefined || orphanUntil > Date.now())
  }

  forget(message: Message): void {
    this.messages = this.messages.filter((other) => other !== message)
  }

  #orphan(message: Message): void {
    if (message.answer) this.forget(message)
    else message.orphanUntil ??= Date.now() + HORIZON
  }

  #send(from: object, { method, path, headers, body, signal }: Dispatcher.RequestOptions): Promise<InProcessAnswer> {
    return new Promise((resolve, reject) => {
      const text = typeof body === 'string' ? body : undefined
      const message: Message = {
        from,
        method,
        path,
        body: text === undefined ? {} : (JSON.parse(text) as Record<string, unknown>),
        sentAt: this.#ledger.tick(),
        act: this.#emulator.receive({ method, path, headers: headers as Record<string, string>, body: text }),
        resolve,
        reject,
        answer: undefined,
        orphanUntil: undefined,
      }
      this.#checkAlone(message)
      this.messages.push(message)
      ;(signal as AbortSignal).addEventListener('abort', () => {
        if (message.orphanUntil !== undefined) return
        this.#orphan(message)
        reject(Object.assign(new Error('aborted'), { code: 'UND_ERR_ABORTED' }))
      })
    })
  }

  /** Nobody asks for a user's token while an earlier request for another one may still be acted on. */
  #checkAlone(message: Message): void {
    if (!obtains(message)) return
    const other = this.messages.some(
      (earlier) =>
        earlier.answer === undefined &&
        obtains(earlier) &&
        userOf(earlier) === userOf(message) &&
        (message.body['token'] === undefined || earlier.body['token'] !== message.body['token']),
    )
    if (other) this.#ledger.violated('I6 two tokens were asked for at once')
  }
}

/** Whether it binds a token to a user. */
function obtains({ method, body }: Message): boolean {
  return method !== 'DELETE' && (body['token'] !== undefined || body['issueAccessToken'] === true)
}

function userOf({ path, body }: Message): string {
  return typeof body['_id'] === 'string' ? body['_id'] : decodeURIComponent(path.split('/')[3] ?? '')
}

function issuedIn(text: string): unknown {
  const body = JSON.parse(text) as { token?: unknown; result?: { token?: unknown } }
  return body.result?.token ?? body.token
}

/** Users of the simulation have the name of their session as nickname, so every token tells it. */
function sessionOf(token: string): string {
  const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { nickname?: string }
  return payload.nickname ?? ''
}

/** The only call that core makes of a dispatcher. */
class Wire extends Dispatcher {
  readonly #send: (options: Dispatcher.RequestOptions) => Promise<InProcessAnswer>

  constructor(send: (options: Dispatcher.RequestOptions) => Promise<InProcessAnswer>) {
    super()
    this.#send = send
  }

  override request(options: Dispatcher.RequestOptions): never {
    const answered = this.#send(options).then(({ status, headers, body }) => ({
      statusCode: status,
      headers,
      body: [Buffer.from(body)],
    }))
    return answered as never
  }
}
