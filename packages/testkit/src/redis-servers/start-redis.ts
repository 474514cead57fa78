import { freePort } from './free-port.js'
import { RedisServer } from './redis-server.js'

const PORTS_TO_TRY = 5

export interface RedisOptions {
  /** What survives a `kill`: nothing, or every write that was answered. Nothing by default. */
  readonly persistence?: 'none' | 'aof-always'
  /** More arguments of redis-server, such as `['--maxmemory', '2mb']`. */
  readonly args?: readonly string[]
  /** A free one by default. */
  readonly port?: number
  /** A folder for its data, which stays. By default one of its own, which does not. */
  readonly dir?: string
}

/** Starts a Redis that only this test knows. Resolves once it answers. */
export function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { persistence = 'none', args = [], port, dir } = options
  const aof = persistence === 'aof-always' ? ['--appendonly', 'yes', '--appendfsync', 'always'] : []
  const quiet = ['--daemonize', 'no', '--save', '', '--maxmemory-policy', 'noeviction']
  return startProcess((its) => ['--dir', its, ...quiet, ...aof, ...args], { port, dir })
}

/** Starts a process of redis-server, with other arguments than those that say where it listens. */
export async function startProcess(
  args: (dir: string) => readonly string[],
  { port, dir }: { readonly port?: number | undefined; readonly dir?: string | undefined } = {},
): Promise<RedisServer> {
  for (let attempt = 1; ; attempt++) {
    const at = port ?? (await freePort())
    const listens = ['--bind', '127.0.0.1', '--port', String(at)]
    const server = new RedisServer(at, dir, (its) => [...args(its), ...listens])
    try {
      await server.restart()
      return server
    } catch (error) {
      await server.stop()
      // Somebody else can take a port between our look and its use.
      const taken = error instanceof Error && error.message.includes('Address already in use')
      if (!taken || port !== undefined || attempt === PORTS_TO_TRY) throw error
    }
  }
}
