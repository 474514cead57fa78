import { setTimeout as sleep } from 'node:timers/promises'
import { type ChatCredentials, ChatTokenError } from '@imkit-auth/core'
import type { Emulator } from '@imkit-auth/emulator'
import { AppServers, HASTE } from './app-servers.js'
import { FAULTY_USER, heal } from './fault.js'
import type { Scenario } from './scenario.js'
import type { Outcome, Stopwatch } from './stopwatch.js'

/** The `Date` of an answer, by which the clocks are compared, has whole seconds. In ms. */
const INACCURACY = 2_000
/** How often the fault is looked for, for a call may return before its request has arrived; and the waits between, in ms. */
const TURNS = 40
const TURN = 25

/** The user of one run with their app servers and chat server. Whatever they get is looked at. */
export class Patient {
  readonly emulator: Emulator
  readonly scenario: Scenario
  readonly violations: string[] = []
  /** What the last call that failed threw. */
  lastError = 'nothing'
  /** Whether a logout was the last thing they did, and no login was under way then: that one may follow the logout. */
  away = false
  /** Whether a request met the fault. A busy machine can have a login give up before it comes to that. */
  met = false
  readonly app: AppServers
  readonly #stopwatch: Stopwatch
  readonly #given = new Set<string>()
  /** What was given before a logout that has resolved. */
  readonly #ended = new Set<string>()
  #logins = 0
  #faulty = false

  constructor(emulator: Emulator, scenario: Scenario, stopwatch: Stopwatch) {
    this.emulator = emulator
    this.scenario = scenario
    this.#stopwatch = stopwatch
    this.app = new AppServers(emulator, scenario)
  }

  /** From now on the chat server has the fault. */
  async fallIll(): Promise<void> {
    const { fault, match, times } = this.scenario
    await this.app.change({ deadline: HASTE, close: true })
    let ruled = false
    const rule: Emulator['fault'] = (given) => {
      ruled = true
      this.emulator.fault({ ...given, ...(times && { times }) })
    }
    this.#faulty = true
    await fault.cause({ ...this.emulator, fault: rule }, match)
    // What meets a shut port leaves no trace there, and nothing else reaches it.
    this.met = !ruled
  }

  /** Ends the fault, once it has been met. */
  async heal(): Promise<void> {
    for (let left = TURNS; left > 0 && !this.met; left -= 1) {
      this.met = this.emulator.requests().some(({ fault }) => fault !== undefined)
      if (!this.met) await sleep(TURN)
    }
    await heal(this.emulator)
  }

  async provision(nickname = 'Amy'): Promise<ChatCredentials | undefined> {
    this.away = false
    this.#logins += 1
    const outcome = await this.#stopwatch.time(this.app.deadline, () =>
      this.app.tokens.login({ id: FAULTY_USER, nickname }),
    )
    this.#logins -= 1
    const credentials = this.#valueOf(outcome, 'provision')
    if (credentials) this.#look(credentials)
    return credentials
  }

  async revoke(waitMs: number): Promise<string | undefined> {
    const before = [...this.#given]
    const alone = this.#logins === 0
    const outcome = await this.#stopwatch.time(waitMs, () => this.app.tokens.revoke(FAULTY_USER, { waitMs }))
    const said = this.#valueOf(outcome, 'revoke')
    if (said === undefined) this.violate('a logout was rejected')
    for (const token of before) this.#ended.add(token)
    this.away = alone
    const left = await this.app.tokens.current(FAULTY_USER)
    if (left && this.#ended.has(left.token)) this.violate('a token from before a logout was still there')
    const live = this.live()
    if (said === 'confirmed' && !this.deceived && before.some((token) => live.includes(token))) {
      this.violate('a confirmed logout left a token live')
    }
    return said
  }

  /** Whether the chat server took the profile. */
  async updateProfile(nickname: string): Promise<boolean> {
    const outcome = await this.#stopwatch.time(this.app.deadline, async () => {
      await this.app.tokens.updateProfile({ id: FAULTY_USER, nickname })
      return true
    })
    const taken = this.#valueOf(outcome, 'updateProfile') ?? false
    if (taken && !this.deceived && this.#client()?.nickname !== nickname) this.violate('a profile that is not there')
    return taken
  }

  /** Every token of the user that the chat server accepts now. */
  live(): readonly string[] {
    return this.#client()?.tokens.map(({ token }) => token) ?? []
  }

  /** Whether the chat server has claimed to have done what it has not, in a way that nobody can tell. */
  get deceived(): boolean {
    const { fault, mode, server, match } = this.scenario
    const onlyIssues = mode === 'issue' && !server.conflictOnExisting && match === 'POST /admin/clients'
    return this.#faulty && fault.lies && !(onlyIssues && this.scenario.operation !== 'profile')
  }

  /**
   * Whether a token that was given may be dead. Where a new token kills the older one, an answer that is lost leaves nobody
   * who could tell; without a fault that acts, the chat server must have a token that nobody was given.
   */
  get mayHoldDead(): boolean {
    const { fault, server } = this.scenario
    const replaced = fault.mayAct || this.live().some((token) => !this.#given.has(token))
    return this.deceived || (this.#faulty && server.singleToken === true && replaced)
  }

  violate(what: string): void {
    this.violations.push(what)
  }

  async end(): Promise<void> {
    if (this.emulator.redirected().length > 0) this.violate('a redirect was followed')
    await this.app.close()
  }

  #look({ token, expirationDate, userId, serverUrl }: ChatCredentials): void {
    const end = Date.parse(expirationDate)
    const live = this.#client()?.tokens.find((one) => one.token === token)
    if (!live && !this.mayHoldDead) this.violate('a token was given that is not live')
    if (!live && !this.app.minted.has(token) && !this.#given.has(token)) this.violate('nobody made this token')
    if (this.#ended.has(token)) this.violate('a token from before a logout was given')
    if (!(end > this.emulator.now())) this.violate('a token was given that has expired')
    const prolonged = live && end > Date.parse(live.expirationDate) + INACCURACY
    if (prolonged && !this.scenario.fault.lies) this.violate('a token was given for longer than it lives')
    if (userId !== FAULTY_USER || serverUrl !== this.emulator.url) this.violate('credentials of somebody else')
    this.#given.add(token)
  }

  #valueOf<T>(outcome: Outcome<T>, call: string): T | undefined {
    if ('value' in outcome) return outcome.value
    const { error } = outcome
    this.lastError = String(error)
    if (!(error instanceof ChatTokenError)) this.violate(`${call} threw what is no ChatTokenError: ${String(error)}`)
    return undefined
  }

  #client() {
    return this.emulator.clients().find(({ _id }) => _id === FAULTY_USER)
  }
}
