import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { listening, type ListeningApp } from '@imkit-auth/testkit'
import { type Browser, type BrowserContext, chromium, type Frame, type Page } from 'playwright-core'
import { selfSigned } from './certificate.js'
import { Sites } from './sites.js'

const executablePath = process.env['CHROMIUM_PATH'] || '/usr/bin/chromium'
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
/** For a machine that does other work as well. In ms. */
export const PATIENCE = 60_000

/** Whether there is no browser here; says so. */
export function withoutChromium(): boolean {
  if (existsSync(executablePath)) return false
  process.stderr.write(
    `Skipped without Chromium: what a browser sends. There is none at ${executablePath}; ` +
      'install it with `apt-get install chromium`, or set CHROMIUM_PATH to one.\n',
  )
  return true
}

/**
 * A web of its own: one Chromium, and the sites that it finds behind every name, on the very ports of http and https. So
 * origins, hosts and cookies look as they do in the real one.
 */
export class Web {
  readonly sites: Sites
  readonly #browser: Browser
  readonly #doors: readonly ListeningApp[]
  #profile: BrowserContext | undefined

  private constructor(browser: Browser, sites: Sites, doors: readonly ListeningApp[]) {
    this.#browser = browser
    this.sites = sites
    this.#doors = doors
  }

  /** Port 5173, where development servers are, has http as port 80 has. */
  static async open(): Promise<Web> {
    const sites = new Sites()
    const plain = createServer(sites.over('http')).listen(0, '127.0.0.1')
    const secure = createSecureServer(selfSigned('test'), sites.over('https')).listen(0, '127.0.0.1')
    const doors = [await listening(plain), await listening(secure)]
    const [http = '', https = ''] = doors.map(({ url }) => new URL(url).host)
    const names = [`MAP *:80 ${http}`, `MAP *:5173 ${http}`, `MAP *:443 ${https}`, 'MAP * 127.0.0.1'].join(', ')
    const browser = await chromium.launch({
      executablePath,
      args: [...args, `--host-resolver-rules=${names}`],
      timeout: PATIENCE,
    })
    return new Web(browser, sites, doors)
  }

  /** Opens a page in a profile that does not mind who signed a certificate: the same one until `clear`. */
  async visit(url: string): Promise<Page> {
    this.#profile ??= await this.#browser.newContext({ ignoreHTTPSErrors: true })
    const page = await this.#profile.newPage()
    page.setDefaultTimeout(PATIENCE)
    await page.goto(url)
    return page
  }

  /** Closes every page, and forgets every cookie and site. */
  async clear(): Promise<void> {
    await this.#profile?.close()
    this.#profile = undefined
    this.sites.clear()
  }

  async close(): Promise<void> {
    await this.#browser.close()
    await Promise.all(this.#doors.map(({ close }) => close()))
  }
}

/** What a script may know of an answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** What `fetch` gives a script of that page; `blocked` when the browser lets it know nothing. */
export function ask(
  page: Page | Frame,
  url: string,
  init: RequestInit = { method: 'POST' },
): Promise<Answer | 'blocked'> {
  return page.evaluate(
    async ([address, options]) => {
      const response = await fetch(address, options).catch(() => undefined)
      if (!response) return 'blocked'
      const headers = Object.fromEntries(response.headers.entries())
      return { status: response.status, headers, text: await response.text() }
    },
    [url, init] as const,
  )
}
