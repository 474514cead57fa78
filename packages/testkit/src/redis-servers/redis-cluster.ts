import { eventually } from '../eventually.js'
import type { RedisServer } from './redis-server.js'
import { startRedis } from './start-redis.js'

const SLOTS = 16_384
const NODES = 3
const CLUSTER = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--cluster-announce-ip', '127.0.0.1']

export interface RedisCluster {
  /** The masters; each has a third of the slots and nobody to replace it. */
  readonly nodes: readonly RedisServer[]
  readonly stop: () => Promise<void>
}

/** Resolves once every node knows every other and finds the cluster in order, which takes it two seconds. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const started = await Promise.allSettled(Array.from({ length: NODES }, () => startRedis({ args: CLUSTER })))
  const nodes = started.flatMap((node) => (node.status === 'fulfilled' ? [node.value] : []))
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())))
  try {
    for (const node of started) if (node.status === 'rejected') throw node.reason
    await Promise.all(nodes.map(giveSlots))
    await Promise.all(nodes.map((node, at) => meetAll(node, nodes.slice(at + 1))))
    await eventually(() => Promise.all(nodes.map(expectOrder)), 15_000)
    return { nodes, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function giveSlots(node: RedisServer, at: number): Promise<void> {
  const [first, end] = [at, at + 1].map((third) => Math.round((third * SLOTS) / NODES))
  const slots = Array.from({ length: SLOTS }, (_, slot) => String(slot)).slice(first, end)
  await node.command('CLUSTER', 'ADDSLOTS', ...slots)
  await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(at + 1))
}

async function meetAll(node: RedisServer, others: readonly RedisServer[]): Promise<void> {
  for (const { port } of others) await node.command('CLUSTER', 'MEET', '127.0.0.1', String(port))
}

async function expectOrder(node: RedisServer): Promise<void> {
  const info = String(await node.command('CLUSTER', 'INFO'))
  const order = [
    'cluster_state:ok',
    `cluster_slots_ok:${SLOTS}`,
    `cluster_known_nodes:${NODES}`,
    `cluster_size:${NODES}`,
  ]
  if (!order.every((line) => info.includes(`${line}\r\n`))) throw new Error(`The cluster is not in order:\n${info}`)
}
