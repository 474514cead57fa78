import { assign, type ChatTokens, type ChatTokensOptions, createChatTokens, issue, memoryStore } from '@imkit-auth/core'
import type { ListeningApp } from '../listening.js'
import { CLIENT_KEY, type Lane, type LeakFault } from './lane.js'
import { logInPatiently } from './log-in-patiently.js'
import { Page } from './page.js'
import { DEADLINE } from './scene.js'
import type { Look, Sinks } from './sinks.js'
import { lookAtObject } from './texts.js'

const DAY = 86_400_000

/** An app with `/login`, `/logout` and `/chat/token`, as the binding contract has them. */
export interface HuntedApp extends ListeningApp {
  /** What the host keeps and writes, such as its sessions and its log, by name. */
  readonly texts: () => Readonly<Record<string, string>>
  /** What the binding gives to an app, by name. */
  readonly objects: Readonly<Record<string, unknown>>
  /** Other paths that hand a page its own token, for `GET`. */
  readonly paths?: readonly string[]
}

/** Starts the app with these tokens and this option of the binding. */
export type StartHuntedApp = (
  tokens: ChatTokens,
  options: { readonly onUnavailable: 'continue' | 'fail' },
) => Promise<HuntedApp>

/** One app with three users, before, during and after a fault. */
export class AppRun {
  readonly #lane: Lane
  readonly #sinks: Sinks
  readonly #look: Look
  readonly #app: HuntedApp
  readonly #tokens: ChatTokens

  readonly #options: ChatTokensOptions

  private constructor(
    [lane, sinks, look]: readonly [Lane, Sinks, Look],
    tokens: ChatTokens,
    app: HuntedApp,
    options: ChatTokensOptions,
  ) {
    this.#lane = lane
    this.#sinks = sinks
    this.#look = look
    this.#tokens = tokens
    this.#app = app
    this.#options = options
  }

  static async open(
    start: StartHuntedApp,
    onUnavailable: 'continue' | 'fail',
    [lane, sinks, during]: readonly [Lane, Sinks, string],
  ): Promise<AppRun> {
    const { emulator, canaries } = lane
    const assigning = assign({ mint: ({ user, now }) => canaries.mint(user.id, now) })
    const options: ChatTokensOptions = {
      serverUrl: emulator.url,
      apiKey: canaries.apiKey.value,
      clientKey: CLIENT_KEY,
      mode: onUnavailable === 'fail' ? assigning : issue({ fallback: assigning }),
      store: memoryStore({ maxUsers: 100 }),
      deadline: DEADLINE,
      ambiguityHorizon: DEADLINE,
      now: emulator.now,
    }
    const tokens = createChatTokens(options)
    const app = await start(tokens, { onUnavailable })
    return new AppRun([lane, sinks, { canaries, during }], tokens, app, options)
  }

  /** Everything a page can ask for, right or wrong, while all is well. */
  async askForEverything(): Promise<void> {
    const { reported } = this.#lane.canaries
    const amy = await this.#logIn('amy')
    await amy.token({ invalid: reported.value })
    await amy.token({ invalid: [reported.value] })
    await amy.token(`{"invalid":"${reported.value}`)
    await amy.token(reported.value.repeat(1_000))
    await amy.token({}, { headers: { origin: 'https://evil.example' } })
    await amy.token(null, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })
    await amy.token(null, { method: 'OPTIONS' })
    await amy.token(null, { method: 'GET' })
    await amy.token({}, { method: 'PUT' })
    await this.#page('nobody').token()
    await this.#page('..').logIn()
    await this.#page('..').logOut()
    await amy.logOut()
  }

  /** Logins, renewals and logouts that meet the fault. */
  async suffer(fault: LeakFault): Promise<void> {
    const [amy, bob] = await Promise.all([this.#logIn('amy'), this.#logIn('bob')])
    const eve = this.#page('eve')
    this.#lane.emulator.advance(6.5 * DAY)
    const known = this.#lane.emulator.clients().find(({ _id }) => _id === 'bob')?.tokens[0]?.token
    await this.#lane.cause(fault)
    await Promise.all([
      amy.token(),
      bob.token({ invalid: known }),
      eve.logIn(),
      ...(this.#app.paths ?? []).map((path) => eve.send({ method: 'GET', path, body: null })),
    ])
    await eve.token()
    await Promise.all([amy.logOut(), eve.logOut()])
    await amy.token()
    await this.#lane.heal()
    await bob.token()
  }

  async end(): Promise<void> {
    this.#lane.canaries.learn(this.#lane.emulator)
    for (const [name, text] of Object.entries(this.#app.texts())) this.#sinks.look(name, text, this.#look)
    for (const [name, object] of Object.entries(this.#app.objects)) lookAtObject(this.#sinks, name, object, this.#look)
    await this.#app.close()
    await this.#tokens.close({ withinMs: 0 })
    this.#lane.lookAtRequests(this.#sinks, this.#look)
  }

  async #logIn(user: string): Promise<Page> {
    await logInPatiently(this.#options, { id: user })
    const page = this.#page(user)
    await page.logIn()
    return page
  }

  #page(user: string): Page {
    return new Page(this.#app.url, user, this.#sinks, this.#look)
  }
}
