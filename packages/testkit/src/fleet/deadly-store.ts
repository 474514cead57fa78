import type { TokenStore } from '@imkit-auth/core'
import { interceptedStore } from '../intercepted-store.js'
import type { KillSwitch } from './kill-switch.js'

/** A store whose steps the process may not survive. */
export function deadlyStore(store: TokenStore, killSwitch: KillSwitch): TokenStore {
  return interceptedStore(store, async (step, run) => {
    killSwitch.reach('before', step)
    const result = await run()
    killSwitch.reach('after', step)
    return result
  })
}
