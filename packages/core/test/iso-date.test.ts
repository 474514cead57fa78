import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isoDate } from '../src/iso-date.js'

test('a date is what Date makes of it', () => {
  const times = fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 })
  fc.assert(fc.property(times, (time) => isoDate(time) === new Date(time).toISOString()))
  for (const time of [0, -1, 1, 86_399_999, 86_400_000, 1_796_100_584_123.7]) {
    expect(isoDate(time)).toBe(new Date(time).toISOString())
  }
})
