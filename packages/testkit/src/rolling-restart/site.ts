import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import type { ProxyProcess } from '../proxies/index.js'
import { freePort } from '../redis-servers/free-port.js'
import { type RedisServer, startRedis } from '../redis-servers/index.js'
import { AppProcess } from './app-process.js'
import { startLoadBalancer } from './load-balancer.js'

/** How long the chat server takes, in ms: as long as over a network, so that a restart finds something under way. */
const TAKES = { issue: 200, revoke: 100 }

/** Three processes of an app behind nginx, which share a Redis and a chat server. */
export class Site {
  readonly emulator: Emulator
  readonly apps: readonly AppProcess[]
  readonly #redis: RedisServer
  #nginx: ProxyProcess | undefined

  private constructor(redis: RedisServer, emulator: Emulator, apps: readonly AppProcess[]) {
    this.#redis = redis
    this.emulator = emulator
    this.apps = apps
  }

  /** Resolves once users can come. */
  static async open(): Promise<Site> {
    const ports = [await freePort(), await freePort(), await freePort()]
    const redis = await startRedis()
    const emulator = await startEmulator({ rateLimit: 0 })
    emulator.fault({ match: 'POST /admin/clients', kind: 'delay-before', ms: TAKES.issue })
    emulator.fault({ match: 'DELETE /admin/clients/*/token', kind: 'delay-before', ms: TAKES.revoke })
    const env = { REDIS_URL: redis.url, IMKIT_BASE_URL: emulator.url, IMKIT_API_KEY: emulator.apiKey }
    const site = new Site(
      redis,
      emulator,
      ports.map((port) => new AppProcess(port, env)),
    )
    try {
      await Promise.all(site.apps.map((app) => app.start()))
      site.#nginx = await startLoadBalancer(ports)
      return site
    } catch (error) {
      await site.close()
      throw error
    }
  }

  get nginx(): ProxyProcess {
    if (!this.#nginx) throw new Error('this site is not open')
    return this.#nginx
  }

  async close(): Promise<void> {
    await this.#nginx?.stop()
    await Promise.all(this.apps.map((app) => app.stop()))
    await this.emulator.close()
    await this.#redis.stop()
  }
}
