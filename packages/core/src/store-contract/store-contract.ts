import { afterEach, beforeEach } from 'vitest'
import { denyingContract } from './denying.js'
import { endingContract } from './ending.js'
import { obtainingContract } from './obtaining.js'
import { outboxContract } from './outbox.js'
import { revokingAllContract } from './revoking-all.js'
import { type OpenTwo, Steps } from './steps.js'

/**
 * What every store must do, step by step, whatever it is made of. It is given two openings of one database that knows nobody:
 * with one, a store that compares nothing would pass. The clock is the contract's own.
 */
export function storeContract(openTwo: OpenTwo): void {
  const steps = new Steps()
  beforeEach(async () => steps.begin(await openTwo()))
  afterEach(() => steps.end())
  obtainingContract(steps)
  endingContract(steps)
  revokingAllContract(steps)
  denyingContract(steps)
  outboxContract(steps)
}
