import type { EmulatorOptions } from '@imkit-auth/emulator'
import { seededRandom } from '../simulation/seeded-random.js'
import type { Fault } from './fault.js'

/** What the user is doing when the chat server goes wrong. */
export type Operation = 'login' | 'renewal' | 'logout' | 'profile'

/** Every operation of the matrix. */
export const OPERATIONS: readonly Operation[] = ['login', 'renewal', 'logout', 'profile']

const LOGIN = 'POST /admin/clients'
const UPDATE = 'PUT /admin/clients/*/token'
const REVOKE = 'DELETE /admin/clients/*/token'

/** One run of the matrix: everything that its seed decides. */
export interface Scenario {
  readonly fault: Fault
  readonly operation: Operation
  readonly seed: number
  readonly server: EmulatorOptions
  readonly mode: 'issue' | 'assign'
  /** The requests that meet the fault, and how many of them; all for `undefined`. */
  readonly match: string
  readonly times: number | undefined
  /** How many ask for the token at once. */
  readonly pages: number
  /** Whether the user logs out while a login or renewal is under way: so many ms after its start. */
  readonly overtakenAfterMs: number | undefined
  readonly waitMs: number
  /** Whether the app server starts anew afterwards; otherwise another one joins it. */
  readonly restarts: boolean
  /** What the user does before it is known what became of the requests without answer. */
  readonly meanwhile: readonly ('login' | 'logout')[]
}

/** Draws a run; the same fault, operation and seed give the same one. */
export function scenarioOf(fault: Fault, operation: Operation, seed: number): Scenario {
  const random = seededRandom(hash(`${fault.name} ${operation} ${seed}`))
  const one = <T>(...choices: [T, ...T[]]): T => choices[Math.floor(random() * choices.length)] ?? choices[0]
  const conflictOnExisting = one(true, false, false)
  const server = { dialect: one('envelope', 'bare'), singleToken: one(true, false), conflictOnExisting } as const
  const matches: Record<Operation, () => string> = {
    login: () => one(LOGIN, '*'),
    renewal: () => (conflictOnExisting ? one(LOGIN, UPDATE, '*') : one(LOGIN, '*')),
    logout: () => one(REVOKE, REVOKE, '*'),
    profile: () => one(LOGIN, '*'),
  }
  return {
    fault,
    operation,
    seed,
    server,
    mode: one('issue', 'assign'),
    match: matches[operation](),
    times: one(undefined, undefined, 1, 2),
    pages: one(1, 1, 2),
    overtakenAfterMs: one(undefined, undefined, 0, Math.floor(random() * 60)),
    waitMs: one(0, 50, 250),
    restarts: one(true, false),
    meanwhile: one([], ['login'], ['logout'], ['login', 'logout'], ['logout', 'login']),
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193)
  return value >>> 0
}
