import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createChatTokens, issue, memoryStore, type TokenStore } from '@imkit-auth/core'
import { expect, onTestFinished, test } from 'vitest'

/** Tokens of some chat server, and what they warn of. */
function tokens(serverUrl: string, store?: TokenStore, namespace = '') {
  const warnings: string[] = []
  const logger = { warn: (message: string) => void warnings.push(message) }
  const made = createChatTokens({ serverUrl, apiKey: 'key', mode: issue(), logger, namespace, ...(store && { store }) })
  onTestFinished(async () => void (await made.close({ withinMs: 0 })))
  return { warnings, close: () => made.close({ withinMs: 0 }) }
}

test('a second memory store for the same chat server is worth a warning', async () => {
  const url = 'https://one.example'
  expect(tokens(url).warnings).toEqual([])
  expect(tokens(url).warnings).toEqual([expect.stringMatching(/two memory stores.*the same store/)])
  expect(tokens(url, undefined, 'other tenant').warnings).toEqual([])
})

test('instances that share a store, or come one after the other, are fine', async () => {
  const store = memoryStore()
  const [first, second] = [tokens('https://two.example', store), tokens('https://two.example', store)]
  await Promise.all([first.close(), second.close()])
  const third = tokens('https://two.example')
  expect([first.warnings, second.warnings, third.warnings]).toEqual([[], [], []])
})

test('a memory store in a worker of node:cluster is worth a warning', async () => {
  const child = fork(new URL('cluster-worker.js', import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [warnings] = (await once(child, 'message')) as [string[]]
  expect(warnings).toEqual([expect.stringMatching(/worker of node:cluster.*redisStore/)])
})
