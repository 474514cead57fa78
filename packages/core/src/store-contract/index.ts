/** How to prove a driver or a store of your own: call these in a test file of vitest. Random interleavings need fast-check. */
export { atomicityContract } from './atomicity-contract.js'
export { budgetContract } from './budget-contract.js'
export { driverContract } from './driver-contract.js'
export { lifeCycleContract } from './life-cycle-contract.js'
export type { OpenTwoDrivers } from './rows.js'
export type { OpenTwo } from './steps.js'
export { storeContract } from './store-contract.js'
