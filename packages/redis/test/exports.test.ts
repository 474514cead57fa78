import * as redis from '@imkit-auth/redis'
import { expect, it } from 'vitest'

it('exports redisStore, and nothing else that runs', () => {
  expect(Object.keys(redis)).toEqual(['redisStore'])
})
