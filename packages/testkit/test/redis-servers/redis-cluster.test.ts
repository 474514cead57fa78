import { type RedisCluster, startRedisCluster } from '@imkit-auth/testkit/redis-servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withoutRedis } from './without-redis.js'

describe.skipIf(withoutRedis())('a cluster', () => {
  let cluster: RedisCluster
  beforeAll(async () => void (cluster = await startRedisCluster()), 30_000)
  afterAll(() => cluster?.stop())

  test('has three masters, and each of them knows all', async () => {
    const ports = new Set(cluster.nodes.map(({ port }) => port))
    for (const node of cluster.nodes) {
      const slots = (await node.command('CLUSTER', 'SLOTS')) as readonly (readonly [number, number, [string, number]])[]
      expect(slots.map(([, , [host]]) => host)).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1'])
      expect(new Set(slots.map(([, , [, port]]) => port))).toEqual(ports)
    }
  })

  test('serves a key on one of them, and the others say which', async () => {
    const answers = await Promise.allSettled(cluster.nodes.map((node) => node.command('SET', 'key', 'value')))
    const moved = answers.flatMap((answer) => (answer.status === 'rejected' ? [String(answer.reason)] : []))
    const owner = cluster.nodes[answers.findIndex(({ status }) => status === 'fulfilled')]
    expect(moved).toEqual([expect.stringContaining(`:${owner?.port}`), expect.stringContaining('MOVED')])
  })

  test('has a node back after a restart', async () => {
    const [node] = cluster.nodes
    await node?.restart()
    expect(await node?.command('CLUSTER', 'INFO')).toContain('cluster_known_nodes:3')
  })
})
