import { recordStore } from '@imkit-auth/core'
import { budgetContract, lifeCycleContract, storeContract } from '@imkit-auth/core/store-contract'
import { describe } from 'vitest'
import { mapDriver } from './map-driver.js'

describe('recordStore on a driver of maps', () => {
  storeContract(() => recordStore(mapDriver()))
  budgetContract(() => recordStore(mapDriver()))
  lifeCycleContract(() => recordStore(mapDriver()), 500)
})
