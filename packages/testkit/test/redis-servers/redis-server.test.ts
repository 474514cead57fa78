import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { eventually } from '@imkit-auth/testkit'
import { type RedisOptions, type RedisServer, startRedis } from '@imkit-auth/testkit/redis-servers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { withoutRedis } from './without-redis.js'

describe.skipIf(withoutRedis())('a Redis of its own', () => {
  test('answers, and says what it refuses', async () => {
    const redis = await started()
    expect(redis.url).toBe(`redis://127.0.0.1:${redis.port}`)
    expect(await redis.command('PING')).toBe('PONG')
    expect(await redis.command('GET', 'nothing')).toBeNull()
    expect(await redis.command('RPUSH', 'list', 'a', 'b')).toBe(2)
    expect(await redis.command('LRANGE', 'list', '0', '-1')).toEqual(['a', 'b'])
    await expect(redis.command('GET', 'list')).rejects.toThrow('WRONGTYPE')
  })

  test('takes more arguments', async () => {
    const redis = await started({ args: ['--maxmemory', '2mb'] })
    expect(await redis.command('CONFIG', 'GET', 'maxmemory*')).toEqual(
      expect.arrayContaining(['maxmemory', '2097152', 'maxmemory-policy', 'noeviction']),
    )
  })

  test('keeps what it has answered through a power cut with an AOF', async () => {
    const redis = await started({ persistence: 'aof-always' })
    await redis.command('SET', 'key', 'value')
    const { pid } = redis
    await redis.kill()
    expect(isRunning(pid)).toBe(false)
    await expect(redis.command('PING')).rejects.toThrow('cannot be reached')
    await redis.restart()
    expect(redis.pid).not.toBe(pid)
    expect(await redis.command('GET', 'key')).toBe('value')
  })

  test('loses everything in a power cut without one', async () => {
    const redis = await started()
    await redis.command('SET', 'key', 'value')
    await redis.restart()
    expect(await redis.command('GET', 'key')).toBeNull()
  })

  test('answers nothing while it is paused, and everything afterwards', async () => {
    const redis = await started()
    redis.pause()
    let answered = false
    const answer = redis.command('PING').finally(() => (answered = true))
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(answered).toBe(false)
    redis.resume()
    expect(await answer).toBe('PONG')
  })

  test('ends with its folder, also when it is paused', async () => {
    const redis = await started()
    redis.pause()
    await redis.stop()
    expect(isRunning(redis.pid)).toBe(false)
    expect(existsSync(redis.dir)).toBe(false)
    expect(() => redis.pause()).toThrow('does not run')
  })

  test('shows its log when it cannot start', async () => {
    await expect(startRedis({ args: ['--no-such-option', 'yes'] })).rejects.toThrow('no-such-option')
  })

  test('does not take somebody else for itself when its port is taken', async () => {
    const { port } = await started()
    await expect(startRedis({ port })).rejects.toThrow('Address already in use')
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    const taken = typeof address === 'object' && address ? address.port : 0
    await expect(startRedis({ port: taken })).rejects.toThrow('Address already in use')
    silent.close()
  })

  test.each(['process.exit()', "process.kill(process.pid, 'SIGKILL')"])(
    'does not outlive %s',
    async (end) => {
      const script = `
      import { startRedis } from '@imkit-auth/testkit/redis-servers'
      const { port, dir } = await startRedis()
      process.stdout.write(JSON.stringify({ port, dir }), () => ${end})`
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        cwd: import.meta.dirname,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const chunks = await child.stdout.toArray()
      const { port, dir } = JSON.parse(chunks.join('')) as { port: number; dir: string }
      await eventually(async () => {
        expect(await whatConnectingSays(port)).toBe('ECONNREFUSED')
        expect(existsSync(dir)).toBe(false)
      })
    },
    20_000,
  )
})

async function started(options: RedisOptions = {}): Promise<RedisServer> {
  const redis = await startRedis(options)
  onTestFinished(() => redis.stop())
  return redis
}

/** A server that is just ending can take a connection and reset it. */
function whatConnectingSays(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end())
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
    socket.on('close', () => resolve(undefined))
  })
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
