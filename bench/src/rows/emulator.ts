import { Pool } from 'undici'
import type { Contest, Row } from '../contest.js'
import { issueThrough } from '../issue-call.js'
import { type BenchUser, usersOf } from '../population.js'
import type { EmulatorAnswers } from '../servers/emulator-server.js'
import { type ServerProcess, startServer } from '../servers/server-process.js'

const CONNECTIONS = 50
const ISSUES = 10_000
const USERS = 100_000

/** How many issues a developer's machine or a load test gets out of the emulator, and what it keeps of them. */
export const emulator: Row = {
  name: 'emulator',
  async *contests(): AsyncGenerator<Contest> {
    const plain = await startServer({ module: 'constant-chat-server' })
    const emulated = await startServer<EmulatorAnswers>({ module: 'emulator-server' })
    try {
      const empty = await emulated.ask('heap')
      // Nobody is forgotten: each round finds the emulator fuller than the one before.
      let issued = 0
      const issueFor = async (count: number): Promise<number[]> => {
        const users = usersOf(count, issued)
        issued += count
        return rate(emulated, users)
      }
      yield {
        title: `Issue calls, ${CONNECTIONS} at a time`,
        figures: [
          { name: 'issues', unit: 'per s' },
          { name: 'CPU of the server', unit: 'µs a call' },
        ],
        contenders: [
          { name: 'node:http with a constant answer', measure: () => rate(plain, usersOf(ISSUES)) },
          {
            name: 'emulator',
            targets: [{ of: 'issues', atLeast: 2_000 }],
            measure: () => issueFor(ISSUES),
          },
        ],
      }
      if (issued < USERS) await issueFor(USERS - issued)
      // The log of its last 10,000 requests is part of what it keeps.
      const users = await emulated.ask('users')
      if (users !== issued) throw new Error(`the emulator has ${users} users with a token, not ${issued}`)
      yield {
        title: `What the emulator keeps of ${users.toLocaleString('en')} users: one process, weighed again in each round`,
        figures: [
          { name: 'heap', unit: 'MB' },
          { name: 'a user', unit: 'bytes' },
        ],
        contenders: [
          {
            name: 'emulator',
            async measure() {
              const heap = await emulated.ask('heap')
              return [heap / 1e6, (heap - empty) / users]
            },
          },
        ],
      }
    } finally {
      await plain.stop()
      await emulated.stop()
    }
  },
}

/** Issues a second, and what the server computed for each. Every answer has to carry a token. */
async function rate(server: Pick<ServerProcess, 'url' | 'ask'>, users: readonly BenchUser[]): Promise<number[]> {
  const pool = new Pool(server.url, { connections: CONNECTIONS })
  const waiting = users.values()
  const issueOneByOne = async (): Promise<void> => {
    for (const { id } of waiting) await issueThrough(pool, id)
  }
  const computed = await server.ask('cpuTime')
  const started = performance.now()
  await Promise.all(Array.from({ length: CONNECTIONS }, issueOneByOne))
  const ms = performance.now() - started
  const cpu = (await server.ask('cpuTime')) - computed
  await pool.close()
  return [users.length / (ms / 1000), (cpu * 1000) / users.length]
}
