import { expect, it } from 'vitest'
import * as inProcess from '../src/in-process.js'
import * as emulator from '../src/index.js'

it('exports startEmulator and nothing else that runs', () => {
  expect(Object.keys(emulator)).toEqual(['startEmulator'])
})

it('exports createInProcessEmulator alone from its subpath', () => {
  expect(Object.keys(inProcess)).toEqual(['createInProcessEmulator'])
})
