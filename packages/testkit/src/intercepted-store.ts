import { ChatTokenError, type TokenStore } from '@imkit-auth/core'

/** A step of the store that has been asked for, and how to do it. */
type Intercept = (step: PropertyKey, run: () => unknown, args: readonly unknown[]) => unknown

/** A store whose steps are in somebody else's hands: they decide when each is done, and whether. */
export function interceptedStore(store: TokenStore, intercept: Intercept): TokenStore {
  return {
    budget: (options) => store.budget(options),
    open(options) {
      const space = store.open(options)
      return new Proxy(space, {
        get(_, name) {
          const step: unknown = Reflect.get(space, name)
          if (typeof step !== 'function') return step
          // It hands out what others look at, and takes no step.
          if (name === 'allPending') return step.bind(space) as unknown
          return (...args: unknown[]) =>
            failingAsStoresDo(() => intercept(name, () => step.apply(space, args) as unknown, args))
        },
      })
    },
  }
}

/** What a store throws is ours, whatever went wrong in it. */
function failingAsStoresDo(run: () => unknown): unknown {
  const fail = (): never => {
    throw new ChatTokenError('UNAVAILABLE', 'The store failed. Is it up, and can this process reach it?', {
      ambiguous: true,
    })
  }
  try {
    const result = run()
    return result instanceof Promise ? result.catch(fail) : result
  } catch {
    return fail()
  }
}
