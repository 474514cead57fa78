import {
  assign,
  type ChatTokens,
  ChatTokenError,
  createChatTokens,
  issue,
  memoryStore,
  type MintContext,
  type TokenSpace,
} from '@imkit-auth/core'
import { createInProcessEmulator, type InProcessEmulator } from '@imkit-auth/emulator/in-process'
import type { Clock } from '@sinonjs/fake-timers'
import { GatedStore } from './gated-store.js'
import { Ledger } from './ledger.js'
import { HORIZON, type Message, Network } from './network.js'
import type { Action, Schedule } from './schedule.js'
import { Sessions } from './sessions.js'

const SERVER_URL = 'http://127.0.0.1:1'
const DEADLINE = 3_000
/** What a call may take beyond its deadline, in ms. */
const TOLERANCE = 100
const DAY = 86_400_000
/** Into the renewal window of a token of seven days, past its end, past the horizon. */
const JUMPS = [6.5 * DAY, 7.5 * DAY, HORIZON]
/** What a server answers that has not acted, and one that may have. */
const REFUSALS = { before: [503, 500, 403, 429], after: [500] }

/** One app server. */
interface Server {
  readonly tokens: ChatTokens
}

type Move = () => void

/**
 * One schedule on real `ChatTokens` that share a store, and the emulator: at each turn one of the moves that are possible
 * happens. Time is the clock's, and stands still while a store step is being done.
 */
export class Simulation {
  readonly ledger: Ledger
  readonly #schedule: Schedule
  readonly #clock: Clock
  readonly #apiKey: string
  readonly #network: Network
  readonly #store: GatedStore
  readonly #space: TokenSpace
  readonly #servers: Server[] = []
  readonly #calls = new Map<object, Server>()
  readonly #sessions: Sessions
  readonly #actions: Action[]
  #crashes: number
  #faults: number
  #jumps: number
  #minted = 0

  private constructor(schedule: Schedule, clock: Clock, emulator: InProcessEmulator) {
    this.#schedule = schedule
    this.#clock = clock
    this.#apiKey = emulator.apiKey
    this.ledger = new Ledger(schedule)
    this.#sessions = new Sessions(this.ledger)
    this.#network = new Network(emulator, this.ledger)
    // Small, because making room for many users takes longer than the whole schedule.
    const store = memoryStore({ maxUsers: 10 })
    this.#store = new GatedStore(store, schedule.slowStore, this.ledger)
    this.#space = store.open({
      server: `${SERVER_URL}/`,
      namespace: '',
      now: Date.now,
      listener: { down() {}, up() {}, warn() {}, alert() {} },
    })
    this.#actions = [...schedule.actions]
    this.#crashes = schedule.crashes
    this.#faults = schedule.faults
    this.#jumps = schedule.jumps
    for (let i = 0; i < schedule.servers; i++) this.#servers.push(this.#server())
  }

  static async create(schedule: Schedule, clock: Clock): Promise<Simulation> {
    const { dialect, singleToken, conflictOnExisting, ignoreDeleteBody } = schedule
    const emulator = await createInProcessEmulator({
      dialect,
      singleToken,
      conflictOnExisting,
      ignoreDeleteBody,
      rateLimit: 0,
    })
    return new Simulation(schedule, clock, emulator)
  }

  async play(): Promise<void> {
    for (const choice of this.#schedule.choices) {
      const moves = this.#moves()
      moves[choice % moves.length]?.()
      await settled()
    }
  }

  /** Lets everything end without anything more going wrong, and checks what must hold then. */
  async comeToRest(): Promise<void> {
    this.#crashes = this.#faults = this.#jumps = 0
    for (let turn = 0; ; turn++) {
      if (turn === 2_000) return this.ledger.violated('it never comes to rest')
      const [step] = this.#store.steps
      const [message] = this.#network.messages
      if (step) this.#store.done(step)
      else if (message) this.#proceed(message)
      else if (this.#actions.length > 0) this.#start()
      else if (this.#calls.size > 0 || (await this.#isAnythingPending())) this.#wait()
      else break
      await settled()
    }
    if (!this.#schedule.ignoreDeleteBody) await this.#checkRest()
  }

  async #isAnythingPending(): Promise<boolean> {
    for await (const page of this.#space.allPending()) if (page.length > 0) return true
    return false
  }

  async #checkRest(): Promise<void> {
    this.ledger.rest(this.#network.live())
    const ownToken = this.#schedule.scope === 'session'
    for (const user of ['u0', 'u1']) {
      const live = this.#network.live(user)
      for (const session of ['s0', 's1']) {
        const { token } = await this.#space.read(user, { session, ownToken })
        // The next login renews one that is no longer fresh.
        const dead = token && token.expiresAt - token.renewBefore > Date.now() && !live.includes(token.token)
        // Sessions with a token of their own need a server that keeps several.
        if (dead && !(ownToken && this.#schedule.singleToken))
          this.ledger.violated('I4 the store rests on a dead token')
      }
    }
  }

  #moves(): Move[] {
    const moves: Move[] = this.#store.steps.map((step) => () => this.#store.done(step))
    for (const message of this.#network.messages) moves.push(...this.#movesOf(message))
    if (this.#actions.length > 0)
      moves.push(
        () => this.#start(),
        () => this.#start(),
      )
    if (this.#store.steps.length > 0) return moves
    if (this.#clock.countTimers() > 0) moves.push(() => this.#wait())
    if (this.#crashes > 0) for (const server of this.#servers) moves.push(() => this.#crash(server))
    if (this.#jumps > 0 && this.#network.messages.length === 0) {
      for (const ms of JUMPS) moves.push(() => this.#jump(ms))
    }
    return moves
  }

  #movesOf(message: Message): Move[] {
    const moves: Move[] = [() => this.#proceed(message)]
    if (message.orphanUntil !== undefined) moves.push(() => this.#network.forget(message))
    else if (this.#faults > 0) {
      moves.push(() => this.#fault(() => this.#network.breakOff(message)))
      for (const status of REFUSALS[message.answer ? 'after' : 'before'])
        moves.push(() => this.#fault(() => this.#refuse(message, status)))
    }
    return moves
  }

  /** Whatever comes next for a request that nothing goes wrong with. */
  #proceed(message: Message): void {
    if (message.answer) this.#network.deliver(message)
    else this.#network.act(message)
  }

  #fault(fault: () => void): void {
    this.#faults -= 1
    this.ledger.count('faults')
    fault()
  }

  #refuse(message: Message, status: number): void {
    const body = JSON.stringify({ error: 'x', message: 'x', retryAfter: 1 })
    this.#network.deliver(message, { status, headers: {}, body })
  }

  #crash(server: Server): void {
    this.#crashes -= 1
    this.ledger.count('crashes')
    this.#network.crash(server)
    this.#store.crash(server)
    for (const [call, at] of this.#calls) if (at === server) this.#calls.delete(call)
    this.#servers.splice(this.#servers.indexOf(server), 1, this.#server())
  }

  /** Until the next timer is due. What may reach the chat server no later than before that is lost then. */
  #wait(): void {
    this.#clock.next()
    this.#network.expire()
  }

  /** Like a machine that sleeps: the wall clock goes on, the monotonic one does not. */
  #jump(ms: number): void {
    this.#jumps -= 1
    this.ledger.count('clock jumps')
    this.#sessions.slept()
    this.#clock.setSystemTime(Date.now() + ms)
  }

  #start(): void {
    const action = this.#actions.shift()
    if (!action) return
    const server = this.#servers[action.server % this.#servers.length]
    if (!server) throw new Error('there is no app server')
    const call = {}
    this.#calls.set(call, server)
    const began = performance.now()
    void this.#sessions.act(action, server.tokens).then(
      () => this.#ended(call, began),
      (error: unknown) => {
        if (!(error instanceof ChatTokenError)) this.ledger.violated(`a call threw ${String(error)}`)
        else this.ledger.count('calls that failed')
        this.#ended(call, began)
      },
    )
  }

  #ended(call: object, began: number): void {
    if (!this.#calls.delete(call)) return
    if (performance.now() - began > DEADLINE + TOLERANCE) this.ledger.violated('a call took longer than its deadline')
  }

  #server(): Server {
    const identity = {}
    const minting = { mint: (context: MintContext) => this.#mint(context) }
    const { mode, scope } = this.#schedule
    const tokens = createChatTokens({
      serverUrl: SERVER_URL,
      apiKey: this.#apiKey,
      mode: mode === 'assign' ? assign(minting) : issue(mode === 'fallback' ? { fallback: assign(minting) } : {}),
      scope,
      deadline: DEADLINE,
      ambiguityHorizon: HORIZON,
      store: this.#store.of(identity),
      dispatcher: this.#network.dispatcherOf(identity),
      logger: { warn() {} },
    })
    return Object.assign(identity, { tokens })
  }

  #mint({ user, now }: MintContext) {
    const payload = { id: user.id, nickname: user.nickname, jti: ++this.#minted }
    const encoded = [{ alg: 'none' }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    return { token: `${encoded.join('.')}.x`, expiresAt: now + 7 * DAY }
  }
}

/** Runs everything that needs no time. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
