import type { RedisClient } from '@imkit-auth/redis'
import { startRedis, startRedisCluster, startRedisSentinel } from '@imkit-auth/testkit/redis-servers'
import * as ioredis from 'ioredis'
import * as ioredis5 from 'ioredis-5'
import * as redis from 'redis'
import * as redis5 from 'redis-5'

interface Address {
  readonly host: string
  readonly port: number
}

/** A client of the app, connected. */
export interface Connected {
  readonly client: RedisClient
  readonly close: () => unknown
}

/** One client library, in each way to reach Redis. */
export interface Library {
  standalone(url: string): Promise<Connected>
  cluster(nodes: readonly Address[]): Promise<Connected>
  sentinel(sentinels: readonly Address[], name: string): Promise<Connected>
}

const quiet = () => {}

function nodeRedis({ createClient, createCluster, createSentinel }: typeof redis): Library {
  return {
    async standalone(url) {
      const client = createClient({ url })
      client.on('error', quiet)
      await client.connect()
      return { client, close: () => client.destroy() }
    },
    async cluster(nodes) {
      const client = createCluster({ rootNodes: nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` })) })
      client.on('error', quiet)
      await client.connect()
      return { client, close: () => client.destroy() }
    },
    async sentinel(sentinels, name) {
      const client = createSentinel({ name, sentinelRootNodes: [...sentinels] })
      client.on('error', quiet)
      await client.connect()
      return { client, close: () => client.destroy() }
    },
  }
}

function ioRedis({ Redis, Cluster }: typeof ioredis): Library {
  const connected = async (client: ioredis.Redis | ioredis.Cluster) => {
    client.on('error', quiet)
    if (client.status !== 'ready') await new Promise((resolve) => client.once('ready', resolve))
    return { client, close: () => client.disconnect() }
  }
  return {
    standalone: (url) => connected(new Redis(url)),
    cluster: (nodes) => connected(new Cluster([...nodes])),
    sentinel: (sentinels, name) => connected(new Redis({ sentinels: [...sentinels], name })),
  }
}

export const LIBRARIES: Readonly<Record<'node-redis' | 'ioredis' | 'node-redis 5' | 'ioredis 5', Library>> = {
  'node-redis': nodeRedis(redis),
  ioredis: ioRedis(ioredis),
  // Used in the same way; only their types differ.
  'node-redis 5': nodeRedis(redis5 as unknown as typeof redis),
  'ioredis 5': ioRedis(ioredis5 as unknown as typeof ioredis),
}

/** Real servers, and how a library connects to them. */
export interface Topology {
  readonly connect: (library: Library) => Promise<Connected>
  readonly stop: () => Promise<void>
}

export async function standalone(): Promise<Topology> {
  const url = process.env['REDIS_URL']
  if (url) return { connect: (library) => library.standalone(url), stop: async () => {} }
  const server = await startRedis()
  return { connect: (library) => library.standalone(server.url), stop: () => server.stop() }
}

export async function cluster(): Promise<Topology> {
  const servers = await startRedisCluster()
  const nodes = servers.nodes.map(({ port }) => ({ host: '127.0.0.1', port }))
  return { connect: (library) => library.cluster(nodes), stop: () => servers.stop() }
}

export async function sentinel(): Promise<Topology> {
  const servers = await startRedisSentinel()
  return { connect: (library) => library.sentinel(servers.sentinels, servers.name), stop: () => servers.stop() }
}
