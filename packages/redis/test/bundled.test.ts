import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startEmulator } from '@imkit-auth/emulator'
import { startRedis } from '@imkit-auth/testkit/redis-servers'
import { build } from 'esbuild'
import { describe, expect, onTestFinished, test } from 'vitest'
import { skipWithout } from './without-redis.js'

const APP = `
  import { createChatTokens, issue } from '@imkit-auth/core'
  import { redisStore } from '@imkit-auth/redis'
  const [url, serverUrl, apiKey] = process.argv.slice(2)
  const tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), store: redisStore({ url }) })
  tokens.login({ id: 'amy' }).then(async ({ userId }) => {
    console.log(userId, await tokens.revoke('amy'))
    await tokens.close()
  })
`

describe.skipIf(skipWithout())('an app that esbuild bundles', () => {
  test.each(['cjs', 'esm'] as const)(
    'finds its client of Redis by itself, without node_modules: as %s',
    async (format) => {
      const [redis, emulator] = [await startRedis(), await startEmulator()]
      const folder = await mkdtemp(join(tmpdir(), 'imkit-auth-bundle-'))
      onTestFinished(async () => {
        await rm(folder, { recursive: true })
        await emulator.close()
        await redis.stop()
      })
      const outfile = join(folder, format === 'cjs' ? 'app.cjs' : 'app.mjs')
      const { warnings } = await build({
        stdin: { contents: APP, resolveDir: import.meta.dirname },
        bundle: true,
        platform: 'node',
        format,
        outfile,
        logLevel: 'silent',
        // What undici and the clients are written in asks for it.
        ...(format === 'esm' && {
          banner: {
            js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
          },
        }),
      })
      expect(warnings).toEqual([])
      const { stdout, stderr } = await promisify(execFile)(
        process.execPath,
        [outfile, redis.url, emulator.url, emulator.apiKey],
        {
          cwd: folder,
        },
      )
      expect([stdout.trim(), stderr]).toEqual(['amy confirmed', expect.not.stringContaining('Error')])
    },
  )
})
