import { ChatTokenError } from '../errors.js'
import type { RequestBudget } from './request-budget.js'
import type { TokenSpace } from './token-store.js'

const STEPS = {
  read: true,
  admit: true,
  acquire: true,
  begin: true,
  commit: true,
  release: true,
  released: true,
  profile: true,
  logout: true,
  deny: true,
  claim: true,
  settle: true,
  retry: true,
  forget: true,
  widen: true,
  pending: true,
  close: true,
} satisfies Record<keyof TokenSpace, true>

/** No step has more: with rest parameters, every hit would pay for an array. */
type Step = (first: unknown, second: unknown) => unknown

/** A space whose failures are ours: what a store says when it fails may quote the token it was given. */
export function guardedSpace(space: TokenSpace): TokenSpace {
  // Whether the step was done is not known.
  return guarded(space, Object.keys(STEPS), true)
}

/** A budget that cannot be asked lets nothing through: nothing has been sent then. */
export function guardedBudget(budget: RequestBudget): RequestBudget {
  return guarded(budget, ['take', 'pause'], false)
}

function guarded<T extends object>(store: T, names: readonly string[], ambiguous: boolean): T {
  const fail = (): never => {
    throw new ChatTokenError('UNAVAILABLE', 'The store failed. Is it up, and can this process reach it?', { ambiguous })
  }
  const guard = Object.create(store) as Record<string, unknown>
  for (const name of names) {
    const step = (Reflect.get(store, name) as Step).bind(store)
    guard[name] = (first: unknown, second: unknown) => {
      try {
        const result = step(first, second)
        return isPromiseLike(result) ? Promise.resolve(result).catch(fail) : result
      } catch {
        return fail()
      }
    }
  }
  return guard as T
}

/** A store of an app may have promises of its own kind. What comes out of here is ours, or no promise at all. */
function isPromiseLike(result: unknown): result is PromiseLike<unknown> {
  return typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function'
}
