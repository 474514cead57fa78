import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { DialectName } from '../src/index.js'
import { resultOf, tokensOf } from './call.js'
import { opened } from './opened.js'
import { started } from './started.js'

const POST = 'POST /admin/clients'
const MIB = 1_048_576
const issue = JSON.stringify({ _id: 'amy', issueAccessToken: true })

const peakMemory = (): number => process.resourceUsage().maxRSS * 1024

/** Posts an issue with `fetch`, which inflates; returns the answer and how much came of it in the end. */
async function inflated(url: string, apiKey: string): Promise<{ length: number; start: string }> {
  const reply = await fetch(`${url}/admin/clients`, { method: 'POST', headers: { 'IM-API-KEY': apiKey }, body: issue })
  let length = 0
  let start = ''
  for await (const chunk of reply.body ?? []) {
    if (start === '') start = Buffer.from(chunk).toString()
    length += chunk.length
  }
  return { length, start }
}

describe('gzip-bomb', () => {
  it('is a few hundred kilobytes on the wire, and the emulator never holds what they inflate to', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'gzip-bomb' })
    const before = peakMemory()
    const answer = await opened(emulator, 'amy')
    expect(answer.headers['content-encoding']).toBe('gzip')
    expect(await answer.complete).toBe(true)
    expect(answer.bytes().length).toBeLessThan(300_000)
    expect(peakMemory() - before).toBeLessThan(100 * MIB)
  })

  it('is 200 MB for whoever inflates it, and starts with the usual answer', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'gzip-bomb' })
    const { length, start } = await inflated(emulator.url, emulator.apiKey)
    expect(length).toBe(200_000_000)
    expect(start).toContain(tokensOf(emulator, 'amy')[0])
  })

  it('inflates to the usual JSON and as many bytes as it says', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'gzip-bomb', bytes: 2 * MIB + 5 })
    const answer = await opened(emulator, 'amy')
    await answer.complete
    const text = gunzipSync(answer.bytes()).toString()
    expect(text).toHaveLength(2 * MIB + 5)
    expect(resultOf({ status: 200, headers: {}, body: JSON.parse(text) })['token']).toBe(tokensOf(emulator, 'amy')[0])
  })
})

describe.each<DialectName>(['envelope', 'bare'])('huge in the %s dialect', (dialect) => {
  it.each([
    ['a mebibyte', undefined, MIB],
    ['as many bytes as it says', 3_000_001, 3_000_001],
  ])('acts and answers the usual JSON in %s', async (_, bytes, length) => {
    const emulator = await started({ dialect })
    emulator.fault({ match: POST, kind: 'huge', ...(bytes !== undefined && { bytes }) })
    const answer = await opened(emulator, 'amy')
    expect(await answer.complete).toBe(true)
    expect(answer.headers).not.toHaveProperty('content-length')
    expect(answer.text()).toHaveLength(length)
    const body: unknown = JSON.parse(answer.text())
    expect(resultOf({ ...answer, body }, dialect)['token']).toBe(tokensOf(emulator, 'amy')[0])
  })
})

it('huge never cuts an answer that is longer', async () => {
  const emulator = await started()
  emulator.fault({ match: POST, kind: 'huge', bytes: 1 })
  const answer = await opened(emulator, 'amy')
  await answer.complete
  expect(JSON.parse(answer.text())).toMatchObject({ RC: 0 })
})

it('huge is cut by a reset', async () => {
  const emulator = await started()
  emulator.fault({ match: POST, kind: 'huge', bytes: Number.MAX_SAFE_INTEGER })
  const answer = await opened(emulator, 'amy')
  await emulator.reset()
  expect(await answer.complete).toBe(false)
})

it('huge sends no faster than its reader takes it, and ends when that one hangs up', async () => {
  const emulator = await started()
  emulator.fault({ match: POST, kind: 'huge', bytes: Number.MAX_SAFE_INTEGER, times: 1 })
  const answer = await opened(emulator, 'amy')
  answer.hangUp()
  expect(await answer.complete).toBe(false)
  expect((await opened(emulator, 'bob')).status).toBe(200)
})
