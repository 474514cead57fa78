import type { TokenStore } from '@imkit-auth/core'

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
          return (...args: unknown[]) => intercept(name, () => step.apply(space, args) as unknown, args)
        },
      })
    },
  }
}
