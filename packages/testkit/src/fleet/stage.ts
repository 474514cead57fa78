import { type Emulator, type FaultRule, startEmulator } from '@imkit-auth/emulator'
import { type RedisServer, startRedis } from '../redis-servers/index.js'
import type { AppServerSettings } from './calls.js'
import { Fleet } from './fleet.js'
import { FleetUser } from './fleet-user.js'
import { Ledger } from './ledger.js'
import { Obtains } from './obtains.js'

type Times = Pick<AppServerSettings, 'deadline' | 'ambiguityHorizon' | 'commandTimeout'>

export interface StageOptions extends Partial<Times> {
  /** How many app servers there are. */
  readonly size: number
  /** @default 0 */
  readonly spares?: number
  /** How the next app server obtains tokens. */
  readonly mode: () => AppServerSettings['mode']
}

/** A fleet between a Redis of its own, which keeps every write, and a chat server; the ledger judges. */
export class Stage {
  readonly redis: RedisServer
  readonly emulator: Emulator
  readonly fleet: Fleet
  readonly ledger: Ledger
  readonly obtains: Obtains
  /** How long an obtain keeps others away after its process has died, in ms. */
  readonly leaseMs: number
  /** Of one more app server. */
  readonly settings: () => AppServerSettings

  private constructor(redis: RedisServer, emulator: Emulator, options: StageOptions) {
    const { size, spares = 0, deadline = 1_000, ambiguityHorizon = 500, commandTimeout = 200, mode } = options
    this.redis = redis
    this.emulator = emulator
    this.ledger = new Ledger(emulator)
    this.obtains = new Obtains(emulator)
    this.leaseMs = deadline + ambiguityHorizon
    const { url: serverUrl, apiKey } = emulator
    const times = { deadline, ambiguityHorizon, commandTimeout }
    // Tests do in a minute what a fleet does in a day.
    const common = { redisUrl: redis.url, serverUrl, apiKey, requestsPerMinute: Infinity, ...times }
    this.settings = () => ({ ...common, mode: mode() })
    this.fleet = new Fleet({ size, spares, settings: this.settings })
  }

  static async set(options: StageOptions): Promise<Stage> {
    const redis = await startRedis({ persistence: 'aof-always' })
    const stage = new Stage(redis, await startEmulator({ rateLimit: 0 }), options)
    try {
      await stage.fleet.all()
      return stage
    } catch (error) {
      await stage.end()
      throw error
    }
  }

  user(id: string): FleetUser {
    return new FleetUser(id, this.ledger)
  }

  /** Lets the chat server fail in these ways, and in no other that it was told before. */
  misbehave(...rules: readonly FaultRule[]): void {
    this.emulator.clearFaults()
    for (const rule of rules) this.emulator.fault(rule)
    this.obtains.slowDown()
  }

  async end(): Promise<void> {
    await this.fleet.end()
    await this.emulator.close()
    await this.redis.stop()
  }
}
