/** A request the emulator has seen, with its secrets shortened. */
export interface SeenRequest {
  readonly n: number
  readonly method: string
  readonly path: string
  readonly status: number | null
}

interface SeenClient {
  readonly _id: string
  readonly tokens: readonly { readonly token: string }[]
}

/** Drives an emulator over HTTP, found from nothing but the chat server's address. */
export class EmulatorControl {
  readonly #chatUrl: string
  readonly #url: string

  private constructor(chatUrl: string, url: string) {
    this.#chatUrl = chatUrl
    this.#url = url
  }

  static async behind(chatUrl: string): Promise<EmulatorControl> {
    const response = await fetch(`${chatUrl}/.well-known/imkit-emulator`)
    const { controlUrl } = (await response.json()) as { controlUrl: string }
    return new EmulatorControl(chatUrl, controlUrl)
  }

  async requests(): Promise<readonly SeenRequest[]> {
    return ((await this.#call('GET', '/requests')) as { requests: SeenRequest[] }).requests
  }

  /** Every token the chat server would accept for this user now. */
  async liveTokens(userId: string): Promise<readonly string[]> {
    const { clients } = (await this.#call('GET', '/clients')) as { clients: SeenClient[] }
    return clients.find(({ _id }) => _id === userId)?.tokens.map(({ token }) => token) ?? []
  }

  async fault(rule: { match: string; kind: string; ms?: number; status?: number; times?: number }): Promise<void> {
    await this.#call('POST', '/faults', rule)
  }

  async clearFaults(): Promise<void> {
    await this.#call('DELETE', '/faults')
  }

  async accept(accept: boolean): Promise<void> {
    await this.#call('POST', '/listener', { accept })
  }

  async advance(advanceMs: number): Promise<void> {
    await this.#call('POST', '/clock', { advanceMs })
  }

  /** What the chat server says to a page that comes with this token. */
  async me(token: string, clientKey: string): Promise<number> {
    const response = await fetch(`${this.#chatUrl}/me`, {
      headers: { 'im-client-key': clientKey, 'im-authorization': token },
    })
    await response.body?.cancel()
    return response.status
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`emulator control ${method} ${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }
}
