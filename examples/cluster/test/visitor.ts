import { Browser, type BrowserResponse } from '@imkit-auth/testkit'

export interface Answer extends Pick<BrowserResponse, 'status' | 'json'> {
  readonly by: string | null
}

/** Somebody's browser: keeps the cookie of its session. */
export class Visitor {
  readonly #browser: Browser

  constructor(url: string) {
    this.#browser = new Browser(url)
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

  async post(path: string, body?: object): Promise<Answer> {
    const { status, headers, json } = await this.#browser.post(path, body)
    return { by: headers.get('x-answered-by'), status, json }
  }
}
