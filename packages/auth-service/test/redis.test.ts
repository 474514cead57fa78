import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createChatTokens, external } from '@imkit-auth/core'
import { redisStore } from '@imkit-auth/redis'
import { redisMissing, startRedis } from '@imkit-auth/testkit/redis-servers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AMY, mint, SECRET } from './service.js'

const command = fileURLToPath(new URL('../bin/imkit-auth-service.js', import.meta.url))
const serverUrl = 'https://app.imkit.io'
const TRIES = 1_000

/** The auth service as a process of its own, on that Redis. */
async function spawned(redisUrl: string): Promise<string> {
  const env = { JWT_SECRET: SECRET, IMKIT_BASE_URL: serverUrl, REDIS_URL: redisUrl, PORT: '0', LOG_LEVEL: 'warn' }
  const child = spawn(process.execPath, [command, '--log-level', 'info'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill())
  const lines = createInterface(child.stdout)
  for await (const line of lines) {
    const { message, url } = JSON.parse(line)
    if (message === 'listening') {
      child.stdout.resume()
      return url
    }
  }
  throw new Error('the service ended')
}

const missing = redisMissing()

describe.skipIf(missing)(`two processes on one Redis${missing ? ` (${missing})` : ''}`, () => {
  test(`a logout in one is seen by /verify in the other at once, ${TRIES} times out of ${TRIES}`, async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.stop())
    const url = await spawned(redis.url)
    const tokens = createChatTokens({
      serverUrl,
      mode: external({ mint }),
      store: redisStore({ url: redis.url }),
      logger: { warn() {} },
    })
    onTestFinished(async () => void (await tokens.close()))
    const verify = async (token: string) => {
      const response = await fetch(`${url}/verify`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      })
      await response.arrayBuffer()
      return response.status
    }
    const answers = { before: new Set<number>(), after: new Set<number>() }
    const tryOnce = async (user: string) => {
      const { token } = await tokens.provision({ ...AMY, id: user })
      answers.before.add(await verify(token))
      await tokens.revoke(user)
      answers.after.add(await verify(token))
    }
    for (let i = 0; i < TRIES; i += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, lane) => tryOnce(`user ${lane}`)))
    }
    expect([[...answers.before], [...answers.after]]).toEqual([[200], [401]])
  }, 120_000)
})
