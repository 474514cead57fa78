import { findRedis, redisMissing } from '@imkit-auth/testkit/redis-servers'
import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => void vi.unstubAllEnvs())

test('says how to get what is missing', () => {
  vi.stubEnv('PATH', '/nowhere')
  vi.stubEnv('REDIS_URL', '')
  expect(findRedis()).toBeUndefined()
  expect(redisMissing()).toContain('apt-get install redis-server')
  expect(redisMissing('any server')).toContain('REDIS_URL')
})

test('a server of somebody else is enough for some', () => {
  vi.stubEnv('PATH', '')
  vi.stubEnv('REDIS_URL', 'redis://127.0.0.1:6379')
  expect(redisMissing('any server')).toBeUndefined()
  expect(redisMissing()).toContain('REDIS_URL is only enough')
})
