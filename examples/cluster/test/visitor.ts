export interface Answer {
  readonly by: string | null
  readonly status: number
  // What the app answers is JSON of its own making; tests look at what they expect there.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any
}

/** Somebody's browser: keeps the cookie of its session. */
export class Visitor {
  readonly #url: string
  #cookie = ''

  constructor(url: string) {
    this.#url = url
  }

  login(username = 'amy'): Promise<Answer> {
    return this.post('/login', { username })
  }

  token(): Promise<Answer> {
    return this.post('/chat/token')
  }

  logout(): Promise<Answer> {
    return this.post('/logout')
  }

  async post(path: string, body: object = {}): Promise<Answer> {
    const response = await fetch(this.#url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: this.#cookie },
      body: JSON.stringify(body),
    })
    this.#cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? this.#cookie
    return { by: response.headers.get('x-answered-by'), status: response.status, json: await response.json() }
  }
}
