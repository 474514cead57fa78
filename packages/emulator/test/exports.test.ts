import { expect, it } from 'vitest'
import * as emulator from '../src/index.js'

it('exports startEmulator and nothing else that runs', () => {
  expect(Object.keys(emulator)).toEqual(['startEmulator'])
})
