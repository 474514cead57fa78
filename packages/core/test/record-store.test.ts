import { driverContract } from '@imkit-auth/core/store-contract'
import { describe } from 'vitest'
import { mapDriver } from './map-driver.js'

describe('recordStore on a driver of maps', () => {
  driverContract(() => {
    const database = new Map()
    return [mapDriver(database), mapDriver(database)]
  }, 500)
})
