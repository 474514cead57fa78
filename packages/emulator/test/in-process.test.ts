import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { DialectName } from '../src/index.js'
import { createInProcessEmulator, type InProcessAnswer, type InProcessEmulator } from '../src/in-process.js'
import { admin, type Reply, resultOf } from './call.js'
import { started } from './started.js'

const DAY = 86_400_000

/** Gets ready to make an admin call. */
function received(emulator: InProcessEmulator, methodAndPath: string, body?: object): () => InProcessAnswer {
  const [method = '', path = ''] = methodAndPath.split(' ')
  const headers = { 'IM-API-KEY': emulator.apiKey }
  return emulator.receive({ method, path, headers, body: body && JSON.stringify(body) })
}

const issued = (emulator: InProcessEmulator, id: string) =>
  received(emulator, 'POST /admin/clients', { _id: id, issueAccessToken: true })

const replyOf = ({ status, headers, body }: InProcessAnswer): Reply => ({ status, headers, body: JSON.parse(body) })
const tokensOf = (emulator: InProcessEmulator): string[] =>
  emulator.clients().flatMap(({ tokens }) => tokens.map(({ token }) => token))

function fakeTime(): void {
  vi.useFakeTimers({ now: Date.UTC(2030, 0) })
  onTestFinished(() => void vi.useRealTimers())
}

describe.each<DialectName>(['envelope', 'bare'])('the emulator without network in the %s dialect', (dialect) => {
  it.each([
    ['POST /admin/clients', { _id: 'amy', nickname: 'Amy', issueAccessToken: true }],
    ['POST /admin/clients', { _id: 'amy', token: 'mine' }],
    ['POST /admin/clients', {}],
    ['PUT /admin/clients/nobody/token/', { token: 'mine' }],
    ['GET /admin/clients?limit=1', undefined],
    ['GET /nowhere', undefined],
  ])('answers %s %j like the one with network', async (target, body) => {
    const overNetwork = await admin(await started({ dialect }), target, body)
    const inProcess = replyOf(received(await createInProcessEmulator({ dialect }), target, body)())
    expect(inProcess.status).toBe(overNetwork.status)
    expect(inProcess.headers['content-type']).toBe(overNetwork.headers['content-type'])
    const [one, other] = [inProcess.body, overNetwork.body].map((answer) => Object.keys(answer as object))
    expect(one).toEqual(other)
  })

  it('acts when the step is taken, not when the request comes', async () => {
    const emulator = await createInProcessEmulator({ dialect })
    fakeTime()
    const act = issued(emulator, 'amy')
    expect(emulator.clients()).toEqual([])
    vi.setSystemTime(Date.UTC(2030, 0, 2))
    const reply = replyOf(act())
    expect(reply.headers['date']).toBe('Wed, 02 Jan 2030 00:00:00 GMT')
    expect(resultOf(reply, dialect)['expirationDate']).toBe('2030-01-09T00:00:00.000Z')
    expect(tokensOf(emulator)).toEqual([resultOf(reply, dialect)['token']])
  })
})

describe('the emulator without network', () => {
  it('acts in the order of the steps, whatever came first', async () => {
    const emulator = await createInProcessEmulator()
    const revoke = received(emulator, 'DELETE /admin/clients/amy/token')
    const issue = issued(emulator, 'amy')
    expect([issue().status, revoke().status]).toEqual([200, 200])
    expect(tokensOf(emulator)).toEqual([])
    expect(replyOf(issued(emulator, 'amy')()).status).toBe(200)
    expect(tokensOf(emulator)).toHaveLength(1)
  })

  it('does nothing for a request that is lost, and twice what one asks that comes twice', async () => {
    const emulator = await createInProcessEmulator()
    issued(emulator, 'bob')
    const act = issued(emulator, 'amy')
    act()
    act()
    expect(emulator.clients().map(({ _id }) => _id)).toEqual(['amy'])
    expect(new Set(tokensOf(emulator)).size).toBe(2)
  })

  it('lets tokens and the rate limit go by the faked time, and sets no timer', async () => {
    fakeTime()
    const emulator = await createInProcessEmulator({ rateLimit: 1 })
    expect([issued(emulator, 'amy')().status, issued(emulator, 'amy')().status]).toEqual([200, 429])
    expect(vi.getTimerCount()).toBe(0)
    vi.setSystemTime(emulator.now() + 7 * DAY)
    expect(tokensOf(emulator)).toEqual([])
    expect(issued(emulator, 'amy')().status).toBe(200)
  })

  it('takes header names in any case and a body that is no JSON', async () => {
    const emulator = await createInProcessEmulator()
    const headers = { 'im-Api-Key': emulator.apiKey }
    const act = emulator.receive({ method: 'POST', path: '/admin/clients', headers, body: '{"_id"' })
    expect(replyOf(act())).toMatchObject({ status: 400, body: { error: { code: 'INVALID_REQUEST' } } })
  })

  it('refuses a bad option by name', async () => {
    await expect(createInProcessEmulator({ tokenDays: 0 })).rejects.toThrow(/^tokenDays /)
  })

  it('refuses an auth service, which it could not ask', async () => {
    const start = createInProcessEmulator({ authVerifyUrl: 'http://127.0.0.1:1/' })
    await expect(start).rejects.toThrow(TypeError)
    await expect(start).rejects.toThrow(/^authVerifyUrl needs a network/)
    await expect(createInProcessEmulator({ authVerifyUrl: '' })).resolves.toHaveProperty('apiKey')
  })
})
