import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandContract, eventually } from '@imkit-auth/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { runCluster, runCommand, withoutRedis } from './run-cluster.js'

/** The processes that this one has started. */
function childrenOf(pid: number | undefined): number[] {
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).matchAll(/(\d+) +(\d+)/g)
  return [...all].filter(([, , parent]) => Number(parent) === pid).map(([, child]) => Number(child))
}

/** A zombie does not run: in a container there may be nobody to bury it. */
function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-p', String(pid), '-o', 'stat='], { encoding: 'utf8' }).startsWith('Z')
  } catch {
    return false
  }
}

describe.skipIf(withoutRedis())('the command', () => {
  commandContract(new URL('../dist/main.js', import.meta.url))

  test('leaves nothing running after Ctrl-C', async () => {
    const cluster = await runCluster()
    onTestFinished(() => void cluster.stop())
    const started = childrenOf(cluster.pid)
    const { processes } = await cluster.scene()
    expect(started).toEqual(expect.arrayContaining(processes.map(({ pid }) => pid)))
    expect(started).toHaveLength(process.env['REDIS_URL'] ? 2 : 3)

    expect(await cluster.stop('SIGINT')).toEqual([0, null])
    await eventually(() => expect(started.filter(isRunning)).toEqual([]))
    expect(await cluster.complaint).toBe('')
  })

  test('ends the app even when it is killed itself', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'cluster-test-'))
    const cluster = await runCluster({ TMPDIR: dir })
    const started = childrenOf(cluster.pid)
    const { processes } = await cluster.scene()
    // Nobody else is left to end the private Redis.
    onTestFinished(async () => {
      for (const pid of started.filter(isRunning)) process.kill(pid, 'SIGKILL')
      await rm(dir, { recursive: true, maxRetries: 3 })
    })
    await cluster.stop('SIGKILL')
    await eventually(() => expect(processes.filter(({ pid }) => isRunning(pid))).toEqual([]))
  })
})

test('says in one sentence how to get a Redis when there is none', async () => {
  const { exited, complaint } = runCommand({ PATH: '/nowhere', REDIS_URL: '' })
  expect(await complaint).toMatch(
    /^This example needs a Redis: .*apt-get install redis-server.*brew install redis.*REDIS_URL=redis:.*\n$/,
  )
  expect(await exited).toEqual([1, null])
})

test('says that the Redis of REDIS_URL does not answer, without showing its password', async () => {
  const { exited, complaint } = runCommand({ REDIS_URL: 'redis://:secret@127.0.0.1:1' })
  expect(await complaint).toBe(
    'The Redis of REDIS_URL does not answer. Does it run, and are its address and password right?\n',
  )
  expect(await exited).toEqual([1, null])
})
