import {
  assign,
  type ChatCredentials,
  ChatHandler,
  type ChatTokenEvents,
  type ChatTokens,
  type ChatTokensOptions,
  createChatTokens,
  issue,
  memoryStore,
  type Mode,
  type TokenStore,
} from '@imkit-auth/core'
import { CLIENT_KEY, type Lane } from './lane.js'
import { logInPatiently } from './log-in-patiently.js'
import type { Look, Sinks } from './sinks.js'
import { inspected, lookAtError, lookAtObject } from './texts.js'

/** Short, so that what hangs is given up soon. In ms. */
export const DEADLINE = 100
export type ModeName = 'issue' | 'assign'

// A record, so that the compiler asks for a new event.
const EVENTS: Readonly<Record<keyof ChatTokenEvents, true>> = {
  obtained: true,
  obtainFailed: true,
  revoked: true,
  revocationDelayed: true,
  profileUpdated: true,
  chatServerDown: true,
  chatServerUp: true,
  storeDown: true,
  storeUp: true,
  revokedTooMuch: true,
  alert: true,
}

/** One app server and its chat server, all of whose outsides are looked at. */
export class Scene {
  readonly lane: Lane
  readonly sinks: Sinks
  readonly look: Look
  readonly tokens: ChatTokens
  readonly handler: ChatHandler<{ readonly user: string }>
  readonly mode: Mode
  readonly #options: ChatTokensOptions
  // A small one is made sooner.
  readonly #store: TokenStore = memoryStore({ maxUsers: 100 })

  constructor(lane: Lane, sinks: Sinks, during: string, options: Partial<ChatTokensOptions> & { as?: ModeName } = {}) {
    const { as = 'issue', ...rest } = options
    const { canaries, emulator } = lane
    const assigning = assign({ mint: ({ user, now }) => canaries.mint(user.id, now) })
    this.lane = lane
    this.sinks = sinks
    this.look = { canaries, during }
    this.mode = as === 'assign' ? assigning : issue({ fallback: assigning })
    this.#options = {
      serverUrl: emulator.url,
      apiKey: canaries.apiKey.value,
      clientKey: CLIENT_KEY,
      mode: this.mode,
      store: this.#store,
      deadline: DEADLINE,
      ambiguityHorizon: DEADLINE,
      now: emulator.now,
      logger: { warn: (...args: unknown[]) => sinks.look('logger', args.map(inspected).join('\n'), this.look) },
      ...rest,
    }
    this.tokens = createChatTokens(this.#options)
    this.handler = new ChatHandler(this.tokens, { identify: ({ user }) => ({ id: user, nickname: user }) })
    for (const name of Object.keys(EVENTS) as (keyof ChatTokenEvents)[]) {
      this.tokens.on(name, (event) => {
        sinks.look(`event ${name}`, `${name}: ${JSON.stringify(event)}\n${inspected(event)}`, this.look)
      })
    }
    lookAtObject(sinks, 'memoryStore() before its first use', this.#store, this.look)
  }

  /** What a call resolves with; whatever it rejects with is looked at. */
  readonly attempt = async <T>(call: Promise<T>): Promise<T | undefined> => {
    try {
      return await call
    } catch (error) {
      this.lane.canaries.learn(this.lane.emulator)
      lookAtError(this.sinks, error, this.look)
      return undefined
    }
  }

  async provision(id = 'amy', nickname = 'Amy'): Promise<ChatCredentials | undefined> {
    const credentials = await this.attempt(this.tokens.login({ id, nickname }))
    this.lane.canaries.learn(this.lane.emulator)
    if (!credentials) return undefined
    const { token: _, ...others } = credentials
    this.sinks.look('credentials but for the token', JSON.stringify(others), this.look)
    return credentials
  }

  /** Logs amy in while all is well. */
  async logIn(): Promise<void> {
    await logInPatiently(this.#options, { id: 'amy', nickname: 'Amy' })
    this.lane.canaries.learn(this.lane.emulator)
  }

  /** Looks at everything there is, also the chat server's side. */
  async lookAround(): Promise<void> {
    const { sinks, look, tokens } = this
    this.lane.lookAtRequests(sinks, look)
    const pending = await tokens.pendingRevocations()
    const store = `memoryStore() ${pending.length > 0 ? 'with revocations waiting' : 'in use'}`
    lookAtObject(sinks, 'ChatTokens', tokens, look)
    lookAtObject(sinks, 'ChatHandler', this.handler, look)
    lookAtObject(sinks, `the mode ${this.mode.name}()`, this.mode, look)
    lookAtObject(sinks, store, this.#store, look)
    lookAtObject(sinks, 'pendingRevocations()', pending, look)
    lookAtObject(sinks, 'stats()', tokens.stats(), look)
    sinks.look('serverUrl', tokens.serverUrl, look)
  }

  /** Ends the app server and looks a last time. */
  async end(withinMs = 0): Promise<void> {
    await this.lookAround()
    lookAtObject(this.sinks, 'report of close()', await this.tokens.close({ withinMs }), this.look)
    await this.attempt(this.tokens.login({ id: 'somebody new' }))
    await this.lookAround()
  }
}
