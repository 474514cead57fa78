import { recordStore } from '../store/record-store.js'
import { atomicityContract } from './atomicity-contract.js'
import { budgetContract } from './budget-contract.js'
import { lifeCycleContract } from './life-cycle-contract.js'
import { type OpenTwoDrivers, rowsContract } from './rows.js'
import { storeContract } from './store-contract.js'
import { tamperingContract } from './tampering.js'
import { twoClocksContract } from './two-clocks.js'

/**
 * All that a driver must do: with its rows, and as a store. It is given two openings of one database that knows nobody, each time
 * anew; with one, a driver that compares nothing would pass. `runs`: how many random interleavings.
 */
export function driverContract(openTwo: OpenTwoDrivers, runs = 300): void {
  const openTwoStores = async () => {
    const [one, other] = await openTwo()
    return [recordStore(one), recordStore(other)] as const
  }
  const openStore = async () => (await openTwoStores())[0]
  rowsContract(openTwo)
  storeContract(openTwoStores)
  atomicityContract(openTwoStores)
  twoClocksContract(openTwo)
  tamperingContract(openTwo)
  budgetContract(openStore)
  lifeCycleContract(openStore, runs)
}
