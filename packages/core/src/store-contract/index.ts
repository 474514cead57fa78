/** How to prove a store of your own: call these in a test file of vitest. Random interleavings need fast-check. */
export { budgetContract } from './budget-contract.js'
export { lifeCycleContract } from './life-cycle-contract.js'
export { storeContract } from './store-contract.js'
