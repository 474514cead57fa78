// Logs a million different users in and shows what that leaves on the heap: `pnpm memory`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const LIMIT_MB = 64
const CONCURRENCY = 100
const users = Number(process.argv[2] ?? 1_000_000)

if (!globalThis.gc) {
  const again = spawn(process.execPath, ['--expose-gc', ...process.argv.slice(1)], { stdio: 'inherit' })
  const [code] = await once(again, 'exit')
  process.exit(code ?? 1)
}

const { createChatTokens, issue } = await import('../packages/core/dist/index.js')

/** Issues tokens of 300 characters and remembers nothing; in a process of its own, so that its memory is its own. */
const upstream = spawn(process.execPath, [fileURLToPath(new URL('memory-upstream.mjs', import.meta.url))], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const [line] = await once(upstream.stdout, 'data')

/** Typed arrays are not on the heap, and count all the same. */
async function used() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 1_000_000
}

const start = await used()
const tokens = createChatTokens({
  serverUrl: String(line).trim(),
  apiKey: 'key',
  mode: issue(),
  deadline: 60_000,
  requestsPerMinute: Infinity,
})
let next = 0
let done = 0
async function logIn() {
  while (next < users) {
    const id = `user-${next++}`
    await tokens.provision({ id, nickname: `Nickname of ${id}` })
    if (++done % 10_000 === 0)
      process.stderr.write(`\r${done.toLocaleString('en')} of ${users.toLocaleString('en')} users`)
  }
}
await Promise.all(Array.from({ length: CONCURRENCY }, logIn))
const grown = (await used()) - start
process.stderr.write('\r\x1b[K')
console.log(`${users.toLocaleString('en')} users leave ${grown.toFixed(1)} MB; the limit is ${LIMIT_MB} MB.`)
await tokens.close()
upstream.kill()
process.exit(grown <= LIMIT_MB ? 0 : 1)
