import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '@imkit-auth/testkit'
import {
  type RedisProxy,
  type RedisServer,
  RespReader,
  respRequest,
  type RespValue,
  startProxy,
  startRedis,
} from '@imkit-auth/testkit/redis-servers'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { withoutRedis } from './without-redis.js'

describe.skipIf(withoutRedis())('a network that can break', () => {
  let redis: RedisServer
  let proxy: RedisProxy
  beforeAll(async () => void (redis = await startRedis()))
  afterAll(() => redis?.stop())
  beforeEach(async () => {
    await redis.command('FLUSHALL')
    proxy = await startProxy(redis)
    return () => proxy.stop()
  })

  test('lets everything through', async () => {
    const client = await Client.of(proxy)
    const long = 'é'.repeat(300_000)
    expect(await client.ask('SET', 'key', long)).toBe('OK')
    expect(await client.ask('GET', 'key')).toBe(long)
  })

  test('a black hole keeps connections open, old and new, and delivers late', async () => {
    const old = await Client.of(proxy)
    expect(await old.ask('PING')).toBe('PONG')
    proxy.blackHole()
    const late = await Client.of(proxy)
    const answers = Promise.all([old.ask('INCR', 'n'), old.ask('INCR', 'n'), late.ask('INCR', 'm')])
    await sleep(100)
    expect(await redis.command('EXISTS', 'n', 'm')).toBe(0)
    expect([old.replies, late.replies]).toEqual([['PONG'], []])
    expect([old.closed, late.closed]).toEqual([false, false])
    proxy.heal({ deliver: true })
    expect(await answers).toEqual([1, 2, 1])
    expect(await old.ask('INCR', 'n')).toBe(3)
  })

  test('a black hole that is not delivered ends the connections, and nothing has happened', async () => {
    const old = await Client.of(proxy)
    await old.ask('PING')
    proxy.blackHole()
    const late = await Client.of(proxy)
    old.send(['INCR', 'n'])
    late.send(['INCR', 'n'])
    await sleep(50)
    proxy.heal({ deliver: false })
    await eventually(() => expect([old.closed, late.closed]).toEqual([true, true]))
    expect(await redis.command('EXISTS', 'n')).toBe(0)
    const fresh = await Client.of(proxy)
    expect(await fresh.ask('INCR', 'n')).toBe(1)
  })

  test('a black hole swallows the reply to what has been done', async () => {
    const client = await Client.of(proxy)
    client.send(['BLPOP', 'list', '5'])
    await eventually(async () => expect(await redis.command('INFO', 'clients')).toContain('blocked_clients:1'))
    proxy.blackHole()
    await redis.command('RPUSH', 'list', 'a')
    await sleep(50)
    expect(client.replies).toEqual([])
    proxy.heal({ deliver: false })
    await eventually(() => expect(client.closed).toBe(true))
    expect(client.replies).toEqual([])
    expect(await redis.command('EXISTS', 'list')).toBe(0)
  })

  test('nobody learns through a black hole that Redis has died', async () => {
    const victim = await startRedis()
    onTestFinished(() => victim.stop())
    const before = await startProxy(victim)
    onTestFinished(() => before.stop())
    const client = await Client.of(before)
    await client.ask('PING')
    before.blackHole()
    await victim.kill()
    await sleep(50)
    expect(client.closed).toBe(false)
    before.heal({ deliver: true })
    await eventually(() => expect(client.closed).toBe(true))
  })

  test('refuses connections, and accepts them again on the same port', async () => {
    const client = await Client.of(proxy)
    await client.ask('PING')
    await proxy.refuse()
    await eventually(() => expect(client.closed).toBe(true))
    await expect(Client.of(proxy)).rejects.toThrow('ECONNREFUSED')
    await proxy.accept()
    expect(await (await Client.of(proxy)).ask('PING')).toBe('PONG')
  })

  test('counts what is sent together as one round trip', async () => {
    const client = await Client.of(proxy)
    await client.ask('PING')
    const wire = proxy.record()
    await client.ask('SET', 'key', 'x'.repeat(100))
    await client.together(['MULTI'], ['INCR', 'n'], ['EXEC'])
    await client.ask('GET', 'key')
    const other = await Client.of(proxy)
    await other.ask('PING')
    wire.stop()
    await other.ask('PING')
    expect(wire.commands).toEqual([
      ['SET', 'key', 'x'.repeat(64)],
      ['MULTI'],
      ['INCR', 'n'],
      ['EXEC'],
      ['GET', 'key'],
      ['PING'],
    ])
    expect(wire.roundTrips).toBe(4)
  })

  test('counts what is sent while a reply is due to the same round trip', async () => {
    const client = await Client.of(proxy)
    const wire = proxy.record()
    const popped = client.ask('BLPOP', 'list', '5')
    await eventually(() => expect(wire.commands).toHaveLength(1))
    const pinged = client.ask('PING')
    await eventually(() => expect(wire.commands).toHaveLength(2))
    await redis.command('RPUSH', 'list', 'a')
    expect(await Promise.all([popped, pinged])).toEqual([['list', 'a'], 'PONG'])
    expect(wire.roundTrips).toBe(1)
  })

  test.each(['2', '3'])('does not take messages for replies in protocol %s', async (protocol) => {
    const client = await Client.of(proxy)
    await client.ask('HELLO', protocol)
    const wire = proxy.record()
    client.send(['SUBSCRIBE', 'a', 'b'])
    await eventually(() => expect(client.replies).toHaveLength(3))
    await redis.command('PUBLISH', 'a', '1')
    await eventually(() => expect(client.replies).toHaveLength(4))
    client.send(['PING'])
    await eventually(() => expect(client.replies).toHaveLength(5))
    client.send(['PING'])
    await eventually(() => expect(client.replies).toHaveLength(6))
    expect(wire.roundTrips).toBe(3)
  })
})

/** One connection, as plain as it can be. */
class Client {
  readonly replies: RespValue[] = []
  closed = false
  readonly #socket: Socket
  #asked = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    const reader = new RespReader()
    socket.on('data', (bytes) => this.replies.push(...reader.read(bytes).map(({ value }) => value)))
    socket.on('error', () => {})
    socket.on('close', () => (this.closed = true))
  }

  static async of({ port }: RedisProxy): Promise<Client> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    return new Client(socket)
  }

  send(...commands: readonly (readonly string[])[]): void {
    this.#asked += commands.length
    this.#socket.write(commands.map(respRequest).join(''))
  }

  async ask(...command: readonly string[]): Promise<RespValue | undefined> {
    return (await this.together(command)).at(-1)
  }

  async together(...commands: readonly (readonly string[])[]): Promise<readonly RespValue[]> {
    this.send(...commands)
    const upTo = this.#asked
    await eventually(() => {
      if (this.replies.length < upTo) throw new Error(`${upTo - this.replies.length} replies are missing`)
    })
    return this.replies.slice(upTo - commands.length, upTo)
  }
}
