import type { InProcessEmulator } from '@imkit-auth/emulator/in-process'
import { Dispatcher } from 'undici'

/** What a chat server may do instead of answering. */
export type ChatFault = 'unreachable' | 'unauthorized'

/** Carries requests to a chat server in this process, as undici would over the network. */
export class ChatServerInProcess extends Dispatcher {
  /** From now on the answer to every request. */
  fault: ChatFault | undefined
  readonly #emulator: InProcessEmulator

  constructor(emulator: InProcessEmulator) {
    super()
    this.#emulator = emulator
  }

  /** The only method of a dispatcher that a chat server is called with. */
  override request(options: Dispatcher.RequestOptions): never {
    return this.#answer(options) as never
  }

  async #answer({ method, path, headers, body }: Dispatcher.RequestOptions): Promise<unknown> {
    if (this.fault === 'unreachable') throw Object.assign(new Error('no connection'), { code: 'ECONNREFUSED' })
    if (this.fault === 'unauthorized') return reply(401, {}, '{}')
    const { apiKey } = this.#emulator
    const answer = this.#emulator.receive({
      method,
      path,
      // After a refusal the library asks with another key: the chat server takes any.
      headers: { ...(headers as Record<string, string>), 'im-api-key': apiKey },
      body: typeof body === 'string' ? body : undefined,
    })()
    return reply(answer.status, answer.headers, answer.body)
  }
}

function reply(statusCode: number, headers: Readonly<Record<string, string>>, body: string): object {
  return { statusCode, headers, body: [Buffer.from(body)] }
}
