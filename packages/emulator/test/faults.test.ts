import { describe, expect, it, vi } from 'vitest'
import type { Emulator } from '../src/index.js'
import { admin, call, codeOf, tokensOf } from './call.js'
import { started } from './started.js'

const POST = 'POST /admin/clients'
const issue = (id: string): object => ({ _id: id, issueAccessToken: true })

interface Unanswered {
  hangUp(): Promise<void>
  /** Settles when the emulator ends the connection. */
  readonly cut: Promise<void>
}

/** Sends a request that will have no answer, and waits until the emulator has it. */
async function unanswered(emulator: Emulator, id: string): Promise<Unanswered> {
  const caller = new AbortController()
  const count = emulator.requests().length
  const reply = admin(emulator, POST, issue(id), caller.signal).catch(() => 'gone' as const)
  await vi.waitFor(() => expect(emulator.requests()[count]?.body).toMatchObject({ _id: id }))
  return {
    async hangUp() {
      caller.abort()
      expect(await reply).toBe('gone')
    },
    cut: reply.then((end) => expect(end).toBe('gone')),
  }
}

describe('status', () => {
  it("answers in the server's own words without acting", async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'status', status: 503 })
    const reply = await admin(emulator, POST, issue('amy'))
    expect([reply.status, codeOf(reply)]).toEqual([503, 'INTERNAL_ERROR'])
    expect(reply.body).toMatchObject({ RC: 503 })
    expect(emulator.clients()).toEqual([])
    expect(emulator.requests()).toMatchObject([{ fault: 'status', status: 503 }])
  })

  it('is 500 unless told otherwise', async () => {
    const emulator = await started({ dialect: 'bare' })
    emulator.fault({ match: '*', kind: 'status' })
    const reply = await admin(emulator, POST, issue('amy'))
    expect([reply.status, codeOf(reply)]).toEqual([500, 'INTERNAL_ERROR'])
  })

  it('answers any JSON, text and headers', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'status', status: 200, body: { RC: 7 }, times: 1 })
    emulator.fault({
      match: POST,
      kind: 'status',
      status: 502,
      body: '<h1>no</h1>',
      headers: { 'Content-Type': 'text/html' },
    })
    const json = await admin(emulator, POST, issue('amy'))
    expect([json.status, json.body]).toEqual([200, { RC: 7 }])
    const html = await admin(emulator, POST, issue('amy'))
    expect([html.status, html.body, html.headers['content-type']]).toEqual([502, '<h1>no</h1>', 'text/html'])
  })

  it('of 404 is no word on the client or its token', async () => {
    const emulator = await started()
    emulator.fault({ match: '*', kind: 'status', status: 404 })
    expect(codeOf(await admin(emulator, 'DELETE /admin/clients/amy/token'))).toBe('NOT_FOUND')
  })
})

describe('delay-before', () => {
  it('acts and answers when the time has come', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'delay-before', ms: 60_000 })
    const reply = admin(emulator, POST, issue('amy'))
    await vi.waitFor(() => expect(emulator.requests()[0]?.body).toMatchObject({ _id: 'amy' }))
    emulator.advance(59_000)
    expect(emulator.clients()).toEqual([])
    expect(emulator.requests()[0]?.status).toBeNull()
    emulator.advance(1000)
    expect((await reply).status).toBe(200)
    expect(tokensOf(emulator, 'amy')).toHaveLength(1)
  })

  it("also waits by the machine's clock", async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'delay-before', ms: 40 })
    const before = performance.now()
    expect((await admin(emulator, POST, issue('amy'))).status).toBe(200)
    expect(performance.now() - before).toBeGreaterThan(35)
  })
})

describe('act-late', () => {
  it('acts after the caller has hung up', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'act-late', ms: 60_000, times: 1 })
    await (await unanswered(emulator, 'amy')).hangUp()
    emulator.advance(59_000)
    expect(emulator.clients()).toEqual([])
    emulator.advance(1000)
    expect(tokensOf(emulator, 'amy')).toHaveLength(1)
    expect(emulator.requests()).toMatchObject([{ fault: 'act-late', status: 0 }])
  })

  it("acts by the machine's clock when nobody moves the emulator's", async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'act-late', ms: 20 })
    await (await unanswered(emulator, 'amy')).hangUp()
    await vi.waitFor(() => expect(tokensOf(emulator, 'amy')).toHaveLength(1))
  })

  it('acts in the order and at the times that are due, not those of arrival', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'act-late', ms: 60_000, times: 1 })
    emulator.fault({ match: POST, kind: 'act-late', ms: 20_000, times: 1 })
    await (await unanswered(emulator, 'amy')).hangUp()
    await (await unanswered(emulator, 'bob')).hangUp()
    emulator.advance(3_600_000)
    const [first, second] = emulator.clients()
    expect([first?._id, second?._id]).toEqual(['bob', 'amy'])
    const [ofBob = '', ofAmy = ''] = [first, second].map((one) => one?.tokens[0]?.expirationDate)
    expect(Date.parse(ofAmy) - Date.parse(ofBob)).toBeGreaterThan(35_000)
    expect(Date.parse(ofAmy) - Date.parse(ofBob)).toBeLessThan(45_000)
  })

  it('acts at once when told to settle, and then no second time', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'act-late', ms: 60_000 })
    await (await unanswered(emulator, 'amy')).hangUp()
    await emulator.settle()
    expect(tokensOf(emulator, 'amy')).toHaveLength(1)
    await admin(emulator, 'DELETE /admin/clients/amy/token')
    emulator.advance(60_000)
    expect(tokensOf(emulator, 'amy')).toEqual([])
  })

  it('acts even while the port refuses connections', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'act-late', ms: 60_000 })
    const caller = await unanswered(emulator, 'amy')
    await emulator.accept(false)
    await caller.hangUp()
    emulator.advance(60_000)
    expect(tokensOf(emulator, 'amy')).toHaveLength(1)
  })

  it('never acts after a reset', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'act-late', ms: 1000 })
    const caller = await unanswered(emulator, 'amy')
    await emulator.reset()
    await caller.cut
    emulator.advance(60_000)
    await emulator.settle()
    expect(emulator.clients()).toEqual([])
  })
})

describe('reset-before and reset-after-acting', () => {
  it.each([
    ['reset-before', 0],
    ['reset-after-acting', 1],
  ] as const)('%s breaks the connection after %i actions', async (kind, tokens) => {
    const emulator = await started()
    emulator.fault({ match: POST, kind })
    await expect(admin(emulator, POST, issue('amy'))).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(tokensOf(emulator, 'amy')).toHaveLength(tokens)
    expect(emulator.requests()).toMatchObject([{ fault: kind, status: 0 }])
  })
})

describe('hang', () => {
  it('neither acts nor answers, and does not keep the emulator from closing', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'hang' })
    const caller = await unanswered(emulator, 'amy')
    emulator.advance(3_600_000)
    await emulator.settle()
    expect(emulator.clients()).toEqual([])
    expect(emulator.requests()).toMatchObject([{ fault: 'hang', status: 0 }])
    await emulator.close()
    await caller.hangUp()
  })
})

/** Whether a request to `target` meets a fault for `match`. */
async function meets(match: string, target: string): Promise<boolean> {
  const emulator = await started()
  emulator.fault({ match, kind: 'status', status: 418 })
  return (await call(emulator.url, target)).status === 418
}

describe('a rule', () => {
  it.each([
    ['POST /admin/clients', 'POST /admin/clients'],
    ['POST /admin/clients', 'POST /admin/clients/?x=1'],
    ['POST /admin/clients/', 'POST /admin/clients'],
    ['DELETE /admin/clients/*/token', 'DELETE /admin/clients/a%2Fb/token'],
    ['* /me', 'GET /me'],
    ['*', 'POST /me/logout'],
    ['GET /rooms/*', 'GET /rooms/unknown'],
  ])('for %s meets %s', async (match, target) => {
    expect(await meets(match, target)).toBe(true)
  })

  it.each([
    ['POST /admin/clients', 'POST /admin/clients/list'],
    ['POST /admin/clients', 'GET /admin/clients'],
    ['POST /admin/*', 'POST /admin/clients/list'],
    ['DELETE /admin/clients/*/token', 'DELETE /admin/clients/a/b/token'],
    ['*', 'OPTIONS /me'],
    ['*', 'GET /.well-known/imkit-emulator'],
  ])('for %s does not meet %s', async (match, target) => {
    expect(await meets(match, target)).toBe(false)
  })

  it('is used as often as it says, the first that matches first', async () => {
    const emulator = await started()
    emulator.fault({ match: POST, kind: 'status', status: 501, times: 2 })
    emulator.fault({ match: '*', kind: 'status', status: 502 })
    const seen: number[] = []
    for (let n = 0; n < 4; n += 1) seen.push((await admin(emulator, POST, issue('amy'))).status)
    emulator.clearFaults()
    seen.push((await admin(emulator, POST, issue('amy'))).status)
    expect(seen).toEqual([501, 501, 502, 502, 200])
  })
})
