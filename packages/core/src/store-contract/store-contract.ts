import { afterEach, beforeEach } from 'vitest'
import type { TokenStore } from '../store/token-store.js'
import { denyingContract } from './denying.js'
import { endingContract } from './ending.js'
import { obtainingContract } from './obtaining.js'
import { outboxContract } from './outbox.js'
import { revokingAllContract } from './revoking-all.js'
import { Steps } from './steps.js'

/** What every store must do, step by step, whatever it is made of. The clock is the contract's own. */
export function storeContract(factory: () => TokenStore | Promise<TokenStore>): void {
  const steps = new Steps()
  beforeEach(async () => steps.begin(await factory()))
  afterEach(() => steps.space.close())
  obtainingContract(steps)
  endingContract(steps)
  revokingAllContract(steps)
  denyingContract(steps)
  outboxContract(steps)
}
