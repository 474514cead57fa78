import { createClient } from 'redis'

/** Asks a Redis how much it has computed, over a connection that nobody else uses. */
export class RedisCpu {
  readonly #info: () => Promise<string>

  private constructor(info: () => Promise<string>) {
    this.#info = info
  }

  static async of(url: string): Promise<RedisCpu> {
    const client = createClient({ url })
    await client.connect()
    return new RedisCpu(() => client.info('cpu'))
  }

  /** Since it was started, in µs, in all of its threads. */
  async used(): Promise<number> {
    const info = await this.#info()
    return secondsOf('used_cpu_user', info) * 1_000_000 + secondsOf('used_cpu_sys', info) * 1_000_000
  }
}

function secondsOf(field: string, info: string): number {
  const [, seconds] = new RegExp(`^${field}:(.+)$`, 'm').exec(info) ?? []
  if (seconds === undefined) throw new Error(`Redis says nothing of ${field}`)
  return Number(seconds)
}
