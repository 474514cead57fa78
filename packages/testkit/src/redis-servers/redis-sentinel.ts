import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../eventually.js'
import type { RedisServer } from './redis-server.js'
import { startProcess, startRedis } from './start-redis.js'

const NAME = 'mymaster'
const WITHIN_MS = 20_000
/** A replica shall be in sync soon. */
const REPLICATION = ['--repl-diskless-sync', 'yes', '--repl-diskless-sync-delay', '0']

/** Two servers, of which the sentinels name one as the master. */
export class RedisSentinel {
  readonly name: string = NAME
  readonly servers: readonly RedisServer[]
  readonly sentinels: readonly { readonly host: string; readonly port: number }[]
  readonly #sentinels: readonly RedisServer[]

  constructor(servers: readonly RedisServer[], sentinels: readonly RedisServer[]) {
    this.servers = servers
    this.#sentinels = sentinels
    this.sentinels = sentinels.map(({ port }) => ({ host: '127.0.0.1', port }))
  }

  /** The server that every sentinel names. @throws Error while they do not name the same one. */
  async master(): Promise<RedisServer> {
    const ports = await Promise.all(this.#sentinels.map(masterAsSeenBy))
    const master = this.servers.find((server) => ports.every((port) => port === server.port))
    if (master === undefined) throw new Error(`The sentinels name no master of ours, but ${ports.join(', ')}.`)
    return master
  }

  /** Kills the master, once the other server has all that was written so far. Resolves once every sentinel names the other server, and that one accepts writes. */
  async failover(): Promise<void> {
    await this.inSync()
    const killed = await this.master()
    await killed.kill()
    await eventually(async () => {
      const master = await this.master()
      if (master === killed) throw new Error('The sentinels still name the master that was killed.')
      await expectWritable(master)
    }, WITHIN_MS)
  }

  /**
   * Waits until the other server has all that the master has been told, and the sentinels could make it the next
   * master; after a `restart` of the one that a failover has killed, for instance.
   */
  async inSync(): Promise<void> {
    await eventually(async () => {
      const master = await this.master()
      for (const server of this.servers) if (server !== master) await expectInSync(server, master)
      await Promise.all(this.#sentinels.map((sentinel) => expectAware(sentinel, this.#sentinels.length)))
    }, WITHIN_MS)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#sentinels.map((sentinel) => sentinel.stop()))
    await Promise.all(this.servers.map((server) => server.stop()))
  }
}

/** A master, a replica that is in sync, and sentinels that know both. A failover takes one to three seconds. */
export async function startRedisSentinel(options: { readonly sentinels?: 1 | 3 } = {}): Promise<RedisSentinel> {
  const { sentinels: count = 1 } = options
  const started: RedisServer[] = []
  const start = async (starting: Promise<RedisServer>) => {
    const server = await starting
    started.push(server)
    return server
  }
  try {
    const master = await start(startRedis({ args: REPLICATION }))
    const following = ['--replicaof', '127.0.0.1', String(master.port)]
    const replica = await start(startRedis({ args: [...REPLICATION, ...following] }))
    const sentinels: RedisServer[] = []
    for (let at = 0; at < count; at++) sentinels.push(await start(startProcess(sentinelArgs)))
    // What a sentinel does not see when it begins, it sees ten seconds later.
    await eventually(() => expectInSync(replica, master), WITHIN_MS)
    await Promise.all(sentinels.map((sentinel) => monitor(sentinel, master, count)))
    const all = new RedisSentinel([master, replica], sentinels)
    await all.inSync()
    return all
  } catch (error) {
    await Promise.all(started.map((server) => server.stop()))
    throw error
  }
}

/** A sentinel wants a file where it can keep what it knows. */
function sentinelArgs(dir: string): readonly string[] {
  const file = join(dir, 'sentinel.conf')
  writeFileSync(file, '')
  return [file, '--sentinel', '--dir', dir]
}

async function monitor(sentinel: RedisServer, master: RedisServer, sentinels: number): Promise<void> {
  const quorum = String(Math.floor(sentinels / 2) + 1)
  await sentinel.command('SENTINEL', 'MONITOR', NAME, '127.0.0.1', String(master.port), quorum)
  await sentinel.command('SENTINEL', 'SET', NAME, 'down-after-milliseconds', '500', 'failover-timeout', '2000')
  // A Redis before 7 does not know this, and takes about fifteen seconds until it uses a server that is back.
  await sentinel
    .command('SENTINEL', 'DEBUG', 'PING-PERIOD', '400', 'INFO-PERIOD', '500', 'PUBLISH-PERIOD', '300')
    .catch(() => {})
}

async function masterAsSeenBy(sentinel: RedisServer): Promise<number> {
  const address = await sentinel.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)
  return Number(Array.isArray(address) ? address[1] : Number.NaN)
}

async function expectWritable(master: RedisServer): Promise<void> {
  await master.command('DEL', 'no such key')
}

/** The link is up before the master sends what is written: that it does once it counts the replica as online. */
async function expectInSync(replica: RedisServer, master: RedisServer): Promise<void> {
  const sent = String(await master.command('INFO', 'replication'))
  const got = String(await replica.command('INFO', 'replication'))
  const online = sent.includes(`port=${replica.port},state=online`)
  const follows = got.includes(`master_port:${master.port}\r\n`) && got.includes('master_link_status:up\r\n')
  const upTo = Number(/^slave_repl_offset:(\d+)/m.exec(got)?.[1] ?? -1)
  if (online && follows && upTo >= Number(/^master_repl_offset:(\d+)/m.exec(sent)?.[1])) return
  throw new Error(`The replica on port ${replica.port} is not in sync:\n${got}\nwith its master:\n${sent}`)
}

/** Of the replica, in order, and of the other sentinels. */
async function expectAware(sentinel: RedisServer, sentinels: number): Promise<void> {
  const seen = String(await sentinel.command('INFO', 'sentinel'))
  const usable = await sentinel.command('SENTINEL', 'CKQUORUM', NAME)
  const replicas = (await sentinel.command('SENTINEL', 'REPLICAS', NAME)) as readonly (readonly string[])[]
  const inOrder = replicas.filter((replica) => fieldOf(replica, 'flags') === 'slave')
  const aware = inOrder.length === 1 && seen.includes(`slaves=1,sentinels=${sentinels}`)
  if (!aware) throw new Error(`A sentinel does not know the others yet:\n${seen}\n${String(usable)}`)
}

function fieldOf(entry: readonly string[], name: string): string | undefined {
  return entry[entry.indexOf(name) + 1]
}
