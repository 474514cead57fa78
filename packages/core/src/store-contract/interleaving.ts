import type { TokenSpace } from '../store/token-space.js'
import type { Revocation, SessionKey, TokenStore } from '../store/token-store.js'
import { SILENT } from './steps.js'
import { type Message, SimulatedServer } from './simulated-server.js'

const USER = 'amy'
const KEY: SessionKey = { session: undefined, ownToken: false }
const DAY = 86_400_000
const HORIZON = 10_000
const LEASE = 13_000

/** What a process is to do: P provisions, L logs out. */
type Script = readonly ('P' | 'L')[]

/** Who does what, on which kind of server, and what goes wrong. */
export interface World {
  readonly mode: 'issue' | 'assign'
  readonly server: 'several' | 'single'
  readonly scripts: readonly Script[]
  /** How many answers may be lost, by a timeout, a reset or a crash of the caller. */
  readonly lost: number
  /** How often an owner may stall, after the server has answered, until its lease has run out. */
  readonly stalls: number
  /** Which of the moves that are possible happens next, one number for each. */
  readonly choices: readonly number[]
}

/** A process in the middle of its script. */
interface Process {
  ops: ('P' | 'L')[]
  pc: 'idle' | 'acquire' | 'clearing' | 'obtaining'
  began: number | undefined
  epoch: number
  retried: boolean
  fence: number
  minted: string | undefined
  message: Message | undefined
}

type Move = () => unknown

/** One interleaving on a real store: at each turn, one of the moves that are possible happens. */
export class Interleaving {
  readonly #setup: World
  readonly #space: TokenSpace
  readonly #server: SimulatedServer
  readonly #processes: Process[]
  readonly #carried: { revocation: Revocation; message: Message }[] = []
  #time = Date.parse('2030-01-01T00:00:00Z')
  #lost: number
  #stalls: number
  #minted = 0

  constructor(setup: World, store: TokenStore) {
    this.#setup = setup
    this.#space = store.open({ server: 'life cycle', namespace: '', now: () => this.#time, listener: SILENT })
    this.#server = new SimulatedServer(setup.server)
    this.#lost = setup.lost
    this.#stalls = setup.stalls
    this.#processes = setup.scripts.map((script) => ({ ...idle(), ops: [...script] }))
  }

  async play(): Promise<void> {
    for (const choice of this.#setup.choices) {
      const moves = await this.#moves()
      await moves[choice % moves.length]?.()
    }
  }

  /** Lets everything end: no more lost answers, and time for what has to wait. */
  async comeToRest(): Promise<void> {
    this.#lost = 0
    this.#stalls = 0
    for (let turn = 0; turn < 1_000; turn++) {
      const moves = await this.#moves()
      if (moves.length === 0) break
      await moves[turn % moves.length]?.()
      // Some moves only find out that they have to wait.
      if (turn % 10 === 0 && this.#nothingUnderWay()) this.#time += LEASE
    }
    await this.#checkRest()
    await this.#space.close()
  }

  violations(): readonly string[] {
    return this.#server.violations
  }

  async #checkRest(): Promise<void> {
    const { epoch, token } = await this.#space.read(USER, KEY)
    const { live, violations } = this.#server
    if (live.some((name) => this.#server.epochOf(name) < epoch)) violations.push('I3 a token outlived its logout')
    if (token && !live.includes(token.token)) violations.push('I4 the store rests on a dead token')
    if ((await this.#space.pending(USER)).length > 0) violations.push('the outbox did not drain')
    if (this.#busy()) violations.push('somebody is stuck')
  }

  #busy(): boolean {
    return this.#processes.some(({ ops }) => ops.length > 0)
  }

  async #moves(): Promise<Move[]> {
    const moves: Move[] = []
    for (const message of this.#server.messages) {
      if (!message.applied) moves.push(() => this.#server.apply(message))
      if (message.orphan) moves.push(() => this.#server.forget(message))
    }
    for (const process of this.#processes) moves.push(...this.#movesOf(process))
    for (const carried of this.#carried) {
      if (carried.message.applied) moves.push(() => this.#settle(carried))
      if (this.#lost > 0) moves.push(() => this.#loseRevocation(carried))
    }
    if ((await this.#space.pending(USER)).length > 0 && this.#carried.length === 0) moves.push(() => this.#claim())
    if (this.#setup.lost > this.#lost && this.#nothingUnderWay()) moves.push(() => (this.#time += LEASE))
    if (this.#stalls > 0 && this.#server.messages.every(({ applied }) => applied)) moves.push(() => this.#stall())
    return moves
  }

  /** H is an assumption about the server: before it has passed, what nobody waits for has been applied or lost. */
  #nothingUnderWay(): boolean {
    return this.#server.messages.length === 0
  }

  #movesOf(process: Process): Move[] {
    const { pc, message } = process
    const op = process.ops[0]
    if (pc === 'idle') return op === 'P' ? [() => this.#read(process)] : op === 'L' ? [() => this.#logout(process)] : []
    if (pc === 'acquire') return [() => this.#acquire(process)]
    const moves: Move[] = []
    if (message?.applied) moves.push(() => (pc === 'clearing' ? this.#cleared(process) : this.#commit(process)))
    if (this.#lost > 0)
      moves.push(
        () => this.#loseAnswer(process, false),
        () => this.#loseAnswer(process, true),
      )
    return moves
  }

  async #read(process: Process): Promise<void> {
    const { epoch, token } = await this.#space.read(USER, KEY)
    process.began ??= epoch
    process.epoch = epoch
    if (token) return this.#finish(process, token.token)
    process.minted = this.#setup.mode === 'assign' ? `minted ${++this.#minted}` : undefined
    process.pc = 'acquire'
  }

  async #acquire(process: Process): Promise<void> {
    const { epoch } = process
    const acquired = await this.#space.acquire(USER, { key: KEY, epoch, intent: this.#intent(process), leaseMs: LEASE })
    if (acquired.kind === 'hit') return this.#finish(process, acquired.token.token)
    if (acquired.kind === 'superseded') return this.#superseded(process)
    if (acquired.kind === 'busy') return
    process.fence = acquired.fence
    process.pc = acquired.revokeAllFirst ? 'clearing' : 'obtaining'
    process.message = acquired.revokeAllFirst
      ? this.#server.send('revoke-all', epoch)
      : this.#server.send('obtain', epoch, process.minted)
  }

  async #cleared(process: Process): Promise<void> {
    const { fence, epoch, message } = process
    if (message) this.#server.forget(message)
    const step = { fence, epoch, intent: this.#intent(process), leaseMs: LEASE, cleared: true }
    const begun = await this.#space.begin(USER, step)
    if (!begun) return this.#superseded(process)
    process.pc = 'obtaining'
    process.message = this.#server.send('obtain', epoch, process.minted)
  }

  async #commit(process: Process): Promise<void> {
    const { fence, epoch, message } = process
    if (message?.token === undefined) throw new Error('committed without a token')
    this.#server.forget(message)
    const outcome = await this.#space.commit(USER, {
      fence,
      epoch,
      token: {
        token: message.token,
        expiresAt: this.#time + DAY,
        renewBefore: 0,
        session: undefined,
      },
      holdForMs: undefined,
      nickname: undefined,
      avatarUrl: undefined,
    })
    if (outcome === 'stored') this.#finish(process, message.token)
    else if (outcome === 'superseded') this.#superseded(process)
    else this.#finish(process)
  }

  async #logout(process: Process): Promise<void> {
    const before = await this.#space.read(USER, KEY)
    await this.#space.logout(USER, { key: KEY, everything: false, claimForMs: 0 })
    const { epoch } = await this.#space.read(USER, KEY)
    if (epoch <= before.epoch) this.#server.violations.push('I1 a logout did not raise the epoch')
    this.#finish(process)
  }

  async #claim(): Promise<void> {
    const { revocations } = await this.#space.claim({ limit: 8, visibleForMs: LEASE })
    for (const revocation of revocations) {
      const { token, epoch } = revocation
      const message = this.#server.send(token === undefined ? 'revoke-all' : 'revoke', epoch, token)
      this.#carried.push({ revocation, message })
    }
  }

  async #settle(carried: { revocation: Revocation; message: Message }): Promise<void> {
    this.#carried.splice(this.#carried.indexOf(carried), 1)
    this.#server.forget(carried.message)
    await this.#space.settle(carried.revocation)
  }

  async #loseRevocation(carried: { revocation: Revocation; message: Message }): Promise<void> {
    this.#lost -= 1
    this.#carried.splice(this.#carried.indexOf(carried), 1)
    this.#orphan(carried.message)
    await this.#space.retry(carried.revocation, { delayMs: 0, holdForMs: HORIZON, tried: true })
  }

  /** The answer does not come, and the caller gives up; or it crashes and can not even do that. */
  async #loseAnswer(process: Process, crash: boolean): Promise<void> {
    this.#lost -= 1
    if (process.message) this.#orphan(process.message)
    const { fence } = process
    this.#finish(process)
    if (!crash) await this.#space.release(USER, { fence, holdForMs: HORIZON })
  }

  #stall(): void {
    this.#stalls -= 1
    this.#time += LEASE
  }

  #orphan(message: Message): void {
    if (message.applied) this.#server.forget(message)
    else message.orphan = true
  }

  #superseded(process: Process): void {
    if (process.retried) return this.#finish(process)
    process.retried = true
    process.pc = 'idle'
  }

  #finish(process: Process, token?: string): void {
    if (token !== undefined) this.#server.handOut(token, process.began ?? 0)
    Object.assign(process, idle(), { ops: process.ops.slice(1) })
  }

  #intent({ minted }: Process) {
    return {
      session: undefined,
      minted: minted === undefined ? undefined : { token: minted, expiresAt: this.#time + DAY },
    }
  }
}

function idle(): Process {
  return {
    ops: [],
    pc: 'idle',
    began: undefined,
    epoch: 0,
    retried: false,
    fence: 0,
    minted: undefined,
    message: undefined,
  }
}
