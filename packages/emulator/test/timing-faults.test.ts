import { describe, expect, it, vi } from 'vitest'
import { admin, tokensOf } from './call.js'
import { opened } from './opened.js'
import { started } from './started.js'

const POST = 'POST /admin/clients'
const issue = { _id: 'amy', issueAccessToken: true }

describe('slow-headers', () => {
  it('acts at once and sends the head when the time has come', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'slow-headers', ms: 60_000 })
    let head = 'none yet'
    const answer = opened(emulator, 'amy').then((one) => {
      head = 'there'
      return one
    })
    await vi.waitFor(() => expect(tokensOf(emulator, 'amy')).toHaveLength(1))
    emulator.advance(59_000)
    await admin(emulator, 'GET /admin/clients')
    expect(head).toBe('none yet')
    expect(emulator.requests()[0]?.status).toBeNull()
    emulator.advance(1000)
    expect(await (await answer).complete).toBe(true)
    expect((await answer).text()).toContain(tokensOf(emulator, 'amy')[0])
    expect(emulator.requests()[0]).toMatchObject({ fault: 'slow-headers', status: 200 })
  })
})

describe('slow-body', () => {
  it('acts and sends the head at once, and the last piece when the time has come', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'slow-body', ms: 60_000 })
    const answer = await opened(emulator, 'amy')
    expect(answer.status).toBe(200)
    expect(tokensOf(emulator, 'amy')).toHaveLength(1)
    expect(answer.text()).toBe('')
    emulator.advance(30_000)
    await vi.waitFor(() => expect(answer.text()).not.toBe(''))
    emulator.advance(29_800)
    await admin(emulator, 'GET /admin/clients')
    expect(() => JSON.parse(answer.text()) as unknown).toThrow(SyntaxError)
    emulator.advance(200)
    expect(await answer.complete).toBe(true)
    expect(answer.text()).toContain(tokensOf(emulator, 'amy')[0])
  })

  it("sends piece by piece by the machine's clock too", async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'slow-body', ms: 100 })
    const answer = await opened(emulator, 'amy')
    const before = performance.now()
    expect(await answer.complete).toBe(true)
    expect(performance.now() - before).toBeGreaterThan(50)
  })

  it('is all sent when told to settle', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'slow-body', ms: 60_000 })
    const answer = await opened(emulator, 'amy')
    await emulator.settle()
    expect(await answer.complete).toBe(true)
  })

  it('is cut by a reset', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'slow-body', ms: 60_000 })
    const answer = await opened(emulator, 'amy')
    await emulator.reset()
    expect(await answer.complete).toBe(false)
  })
})

it.each(['delay-before', 'slow-headers', 'slow-body'] as const)(
  '%s does no harm when the caller has hung up meanwhile',
  async (kind) => {
    const emulator = await started()
    emulator.fault({ match: POST, kind, ms: 60_000, times: 1 })
    const caller = new AbortController()
    const reply = admin(emulator, POST, issue, caller.signal).catch(() => 'gone')
    await vi.waitFor(() => expect(emulator.requests()[0]?.body).toMatchObject({ _id: 'amy' }))
    caller.abort()
    expect(await reply).toBe('gone')
    await vi.waitFor(() => expect(emulator.requests()[0]?.status).not.toBeNull())
    emulator.advance(60_000)
    expect((await admin(emulator, POST, issue)).status).toBe(200)
  },
)
