import type { TokenStore } from '@imkit-auth/core'
import type { KillSwitch } from './kill-switch.js'

/** A store whose steps the process may not survive. */
export function deadlyStore(store: TokenStore, killSwitch: KillSwitch): TokenStore {
  return {
    budget: (options) => store.budget(options),
    open: (options) =>
      new Proxy(store.open(options), {
        get(space, step) {
          const value: unknown = Reflect.get(space, step)
          if (typeof value !== 'function') return value
          return async (...args: unknown[]) => {
            killSwitch.reach('before', step)
            const result: unknown = await value.apply(space, args)
            killSwitch.reach('after', step)
            return result
          }
        },
      }),
  }
}
