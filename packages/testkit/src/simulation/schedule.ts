import * as fc from 'fast-check'

/** What one caller does. */
export interface Action {
  readonly kind: 'login' | 'page' | 'logout' | 'everywhere' | 'report'
  /** Which user and which of their two sessions. */
  readonly user: number
  readonly session: number
  /** Which app server; taken modulo how many there are. */
  readonly server: number
}

/** A fleet, a chat server, what is done, what goes wrong, and in which order things happen. */
export interface Schedule {
  readonly mode: 'issue' | 'assign' | 'fallback'
  readonly scope: 'user' | 'session'
  readonly dialect: 'bare' | 'envelope'
  readonly singleToken: boolean
  readonly conflictOnExisting: boolean
  /** On such a server nobody can promise I2 to I4; the rest must hold all the same. */
  readonly ignoreDeleteBody: boolean
  /** Whether every store step takes a moment of its own, as with a store over the network. */
  readonly slowStore: boolean
  readonly servers: number
  readonly actions: readonly Action[]
  readonly crashes: number
  readonly faults: number
  /** How often the clock jumps while nothing is under way: into the renewal window, past the expiry. */
  readonly jumps: number
  /** Which of the moves that are possible happens next, one number for each. */
  readonly choices: readonly number[]
  /** Of everything random in the code under test. */
  readonly random: number
}

const action: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom(
    'login',
    'login',
    'login',
    'page',
    'page',
    'logout',
    'logout',
    'report',
    'report',
    'everywhere',
  ),
  user: fc.constantFrom(0, 0, 0, 1),
  session: fc.nat({ max: 1 }),
  server: fc.nat({ max: 2 }),
})

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  mode: fc.constantFrom('issue', 'issue', 'assign', 'assign', 'fallback'),
  scope: fc.constantFrom('user', 'user', 'user', 'session'),
  dialect: fc.constantFrom('bare', 'envelope'),
  singleToken: fc.constantFrom(false, false, true),
  conflictOnExisting: fc.constantFrom(false, false, false, true),
  ignoreDeleteBody: fc.constantFrom(false, false, false, false, false, false, false, true),
  slowStore: fc.boolean(),
  servers: fc.integer({ min: 1, max: 3 }),
  actions: fc.array(action, { minLength: 2, maxLength: 9 }),
  crashes: fc.nat({ max: 2 }),
  faults: fc.nat({ max: 3 }),
  jumps: fc.nat({ max: 2 }),
  choices: fc.array(fc.nat({ max: 10_000 }), { minLength: 10, maxLength: 90 }),
  random: fc.nat(),
})
