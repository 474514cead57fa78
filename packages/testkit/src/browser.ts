/** A page's view of an app: keeps cookies between requests, like one browser profile, or the access token that a login gave it. */
export class Browser {
  readonly #base: string
  readonly #cookies = new Map<string, string>()
  #accessToken: string | undefined

  constructor(base: string) {
    this.#base = base
  }

  async post(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<BrowserResponse> {
    const response = await fetch(new URL(path, this.#base), {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...this.#credentials(), ...headers },
      body: JSON.stringify(body),
    })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    const text = await response.text()
    const json = text.startsWith('{') ? JSON.parse(text) : {}
    this.#accessToken = json.accessToken ?? this.#accessToken
    return { status: response.status, headers: response.headers, json }
  }

  /** A thief's browser, which shows the same cookies or access token. */
  copy(): Browser {
    const copy = new (this.constructor as typeof Browser)(this.#base)
    for (const [name, value] of this.#cookies) copy.#cookies.set(name, value)
    copy.#accessToken = this.#accessToken
    return copy
  }

  #credentials(): Record<string, string> {
    const bearer = this.#accessToken === undefined ? {} : { authorization: `Bearer ${this.#accessToken}` }
    return { cookie: this.#cookieHeader(), ...bearer }
  }

  #cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';')
    const at = pair.indexOf('=')
    const name = pair.slice(0, at).trim()
    const expires = attributes.find((attribute) => /^\s*expires=/i.test(attribute))
    const gone = expires !== undefined && Date.parse(expires.split('=')[1] ?? '') <= Date.now()
    if (gone) this.#cookies.delete(name)
    else this.#cookies.set(name, pair.slice(at + 1).trim())
  }
}

export interface BrowserResponse {
  readonly status: number
  readonly headers: Headers
  // What an app answers is JSON of its own making; tests look at what they expect there.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any
}
