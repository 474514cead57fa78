import { redisStore, type RedisClient } from '@imkit-auth/redis'
import * as ioredis from 'ioredis'
import * as ioredis5 from 'ioredis-5'
import * as redis from 'redis'
import * as redis5 from 'redis-5'
import { describe, expect, test } from 'vitest'

describe('redisStore', () => {
  const lazy = { lazyConnect: true }
  const nowhere = [{ host: '127.0.0.1', port: 1 }]

  test.each<[string, RedisClient]>([
    ['createClient of redis 6', redis.createClient()],
    ['createCluster of redis 6', redis.createCluster({ rootNodes: [{}] })],
    ['createSentinel of redis 6', redis.createSentinel({ name: 'm', sentinelRootNodes: nowhere })],
    ['createClient of redis 5', redis5.createClient()],
    ['createCluster of redis 5', redis5.createCluster({ rootNodes: [{}] })],
    ['createSentinel of redis 5', redis5.createSentinel({ name: 'm', sentinelRootNodes: nowhere })],
    ['Redis of ioredis 6', new ioredis.Redis(lazy)],
    ['Cluster of ioredis 6', new ioredis.Cluster(nowhere, lazy)],
    ['Redis of ioredis 5', new ioredis5.Redis(lazy)],
    ['Cluster of ioredis 5', new ioredis5.Cluster(nowhere, lazy)],
  ])('takes %s, connected or not', (_name, client) => {
    expect(redisStore({ client })).toMatchObject({ open: expect.any(Function), budget: expect.any(Function) })
  })

  const client = redis.createClient()
  test.each<[string, unknown, RegExp]>([
    ['neither client nor url', {}, /either a client or a url/],
    ['both', { client, url: 'redis://127.0.0.1' }, /either a client or a url/],
    ['what is no client', { client: { get() {} } }, /client must be a client of the package redis .* or ioredis/],
    ['a pool', { client: redis.createClientPool() }, /client is a pool/],
    ['a prefix with braces', { client, prefix: 'my{app}' }, /prefix/],
    ['an empty prefix', { client, prefix: '' }, /prefix/],
    ['a timeout of 0', { client, commandTimeout: 0 }, /commandTimeout/],
    ['half a replica', { client, waitReplicas: 0.5 }, /waitReplicas/],
    ['a short key', { client, encryptionKeys: ['c2hvcnQ='] }, /encryptionKeys must hold keys of 32 random bytes/],
    ['a key in words', { client, encryptionKeys: ['correct horse battery staple'] }, /encryptionKeys/],
  ])('refuses %s, and says so', (_name, options, message) => {
    const make = () => redisStore(options as Parameters<typeof redisStore>[0])
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })

  test('takes no client that reads from replicas', () => {
    const reader = new ioredis.Cluster(nowhere, { ...lazy, scaleReads: 'slave' })
    expect(() => redisStore({ client: reader })).toThrow(/scaleReads/)
    reader.disconnect()
  })

  test('quotes no key', () => {
    const secret = 'a secret that is no key'
    const error = (() => {
      try {
        return redisStore({ client, encryptionKeys: [secret] })
      } catch (reason) {
        return reason
      }
    })()
    expect(String(error)).not.toContain(secret)
  })
})
